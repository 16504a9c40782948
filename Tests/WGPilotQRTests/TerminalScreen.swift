/// A picture of what a terminal shows for a text of half blocks, with or without the escape sequences for colours.
struct TerminalScreen {
    /// The colours of the terminal itself.
    enum Theme: CaseIterable {
        /// Dark text on a light ground.
        case light
        /// Light text on a dark ground.
        case dark

        var foreground: UInt8 { self == .light ? 0 : 255 }
        var background: UInt8 { self == .light ? 255 : 0 }
    }

    struct Failure: Error {
        var text: String
    }

    private(set) var width: Int
    private(set) var height: Int
    private(set) var pixels: [UInt8]

    /// Draws the text with half a character as a square of `scale` pixels, and a border of the terminal's own ground.
    init(_ text: String, theme: Theme, scale: Int = 4) throws {
        var rows: [[UInt8]] = []
        for line in text.split(separator: "\n") {
            let (top, bottom) = try Self.draw(line, theme: theme)
            rows += [top, bottom]
        }
        let columns = rows.map(\.count).max() ?? 0
        let border = 6
        width = (columns + 2 * border) * scale
        height = (rows.count + 2 * border) * scale
        pixels = []
        let blank = [UInt8](repeating: theme.background, count: width)
        for _ in 0..<border * scale { pixels += blank }
        for row in rows {
            var line = [UInt8](repeating: theme.background, count: border * scale)
            for value in row { line += [UInt8](repeating: value, count: scale) }
            line += [UInt8](repeating: theme.background, count: width - line.count)
            for _ in 0..<scale { pixels += line }
        }
        for _ in 0..<border * scale { pixels += blank }
    }

    /// The upper and the lower halves of one line.
    private static func draw(_ line: Substring, theme: Theme) throws -> (top: [UInt8], bottom: [UInt8]) {
        var top: [UInt8] = []
        var bottom: [UInt8] = []
        var foreground = theme.foreground
        var background = theme.background
        var rest = line.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "█": (top, bottom) = (top + [foreground], bottom + [foreground])
            case "▀": (top, bottom) = (top + [foreground], bottom + [background])
            case "▄": (top, bottom) = (top + [background], bottom + [foreground])
            case " ": (top, bottom) = (top + [background], bottom + [background])
            case "\u{1B}":
                guard rest.popFirst() == "[", let end = rest.firstIndex(of: "m") else {
                    throw Failure(text: "an escape sequence that sets no colour")
                }
                let codes = String(rest[..<end])
                rest = rest[rest.index(after: end)...]
                // ECMA-48, 8.3.117, and xterm's 256 colours, where 16 is #000000 and 231 is #ffffff.
                switch codes {
                case "0": (foreground, background) = (theme.foreground, theme.background)
                case "38;5;16;48;5;231": (foreground, background) = (0, 255)
                default: throw Failure(text: "unexpected colours \(codes)")
                }
            default: throw Failure(text: "unexpected character \(scalar)")
            }
        }
        guard (foreground, background) == (theme.foreground, theme.background) else {
            throw Failure(text: "colours left on at the end of a line")
        }
        return (top, bottom)
    }
}
