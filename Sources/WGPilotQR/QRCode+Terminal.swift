extension QRCode {
    /// How the text for a terminal gets its two colours.
    public enum TerminalStyle: Hashable, Sendable, CaseIterable {
        /// Black on white said by escape sequences, so that it scans on dark and light terminals alike.
        ///
        /// The colours are 16 and 231 of the 256: the first sixteen are the theme's to change, these are not.
        case ansi

        /// No escape sequences, dark modules in the terminal's own foreground: for dark text on a light ground, and
        /// for paper.
        case plain

        /// No escape sequences, light modules in the terminal's own foreground: for light text on a dark ground.
        case plainInverted
    }

    /// The symbol with its quiet zone in half blocks (▀, ▄, █ and space), two rows of modules a line.
    ///
    /// Each line has as many columns as the symbol has modules with the quiet zone (29 to 185) and ends with a line
    /// feed. The number of rows is odd; the half row left over at the foot is light.
    public func terminal(style: TerminalStyle) -> String {
        let range = -Self.quietZone..<size + Self.quietZone
        var out = ""
        for y in stride(from: range.lowerBound, to: range.upperBound, by: 2) {
            if style == .ansi { out += "\u{1B}[38;5;16;48;5;231m" }
            for x in range {
                let top = isDark(x: x, y: y)
                let bottom = isDark(x: x, y: y + 1)
                // The inverted style draws what is light.
                let inverted = style == .plainInverted
                switch (top != inverted, bottom != inverted) {
                case (true, true): out += "█"
                case (true, false): out += "▀"
                case (false, true): out += "▄"
                case (false, false): out += " "
                }
            }
            // The reset stands before the line feed: some terminals paint the rest of the next line otherwise.
            if style == .ansi { out += "\u{1B}[0m" }
            out += "\n"
        }
        return out
    }
}
