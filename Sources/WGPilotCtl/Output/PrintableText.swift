/// Texts of the daemon made safe for a terminal.
///
/// What the daemon tells may come from elsewhere: the kernel takes nearly any bytes as the name of an interface, and a
/// comment is what somebody wrote. A terminal obeys control characters, and a bidirectional override makes a line read
/// other than it is.
enum PrintableText {
    /// The text with every character escaped that does not print; a line break too, so that it stays one line.
    static func of(_ text: String) -> String {
        // Nearly every cell is printable ASCII, and there are ten thousand rows of them.
        if text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return text }
        guard text.unicodeScalars.contains(where: { !prints($0) }) else { return text }
        return text.unicodeScalars.reduce(into: "") { result, scalar in
            if prints(scalar) {
                result.unicodeScalars.append(scalar)
            } else {
                result += scalar.escaped(asASCII: true)
            }
        }
    }

    /// A line for each text, each ended by a line break.
    static func lines(_ texts: [String]) -> String {
        texts.map { of($0) + "\n" }.joined()
    }

    private static func prints(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: false
        // Joiners and tags: many scripts and emoji cannot be written without them.
        case .format: [0x200C, 0x200D].contains(scalar.value) || (0xE0020...0xE007F).contains(scalar.value)
        default: true
        }
    }
}
