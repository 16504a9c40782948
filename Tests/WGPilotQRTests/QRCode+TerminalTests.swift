import Testing
import WGPilotQR

/// The half-block form, drawn as a terminal would and read by real `zbarimg`.
@Suite struct QRCodeTerminalTests {
    @Test(
        "it scans: with colours on any terminal, without them on the kind it is made for",
        arguments: [
            (QRCode.TerminalStyle.ansi, TerminalScreen.Theme.light), (.ansi, .dark), (.plain, .light),
            (.plainInverted, .dark),
        ])
    func scans(style: QRCode.TerminalStyle, theme: TerminalScreen.Theme) async throws {
        for text in [
            SampleConfiguration.text(name: "Jürgens Gerät 📱"), "a", SampleConfiguration.ascii(bytes: 1000),
            SampleConfiguration.ascii(bytes: 2953),
        ] {
            let screen = try TerminalScreen(QRCode.encode(text).terminal(style: style), theme: theme)
            #expect(try await Zbar.read(width: screen.width, height: screen.height, pixels: screen.pixels) == text)
        }
    }

    @Test("every line is as wide as the symbol with its quiet zone", arguments: QRCode.TerminalStyle.allCases)
    func shape(style: QRCode.TerminalStyle) throws {
        let code = try QRCode.encode(SampleConfiguration.text(name: "laptop"))
        let text = code.terminal(style: style)
        #expect(text.hasSuffix("\n"))
        let lines = text.split(separator: "\n")
        #expect(lines.count == (code.size + 8 + 1) / 2)
        for line in lines {
            #expect(line.filter { "▀▄█ ".contains($0) }.count == code.size + 8)
        }
    }

    @Test("the quiet zone is light on all four sides, on the ground that the style is for")
    func quietZone() throws {
        let code = try QRCode.encode("a")
        let ink = Dictionary(uniqueKeysWithValues: QRCode.TerminalStyle.allCases.map { ($0, $0 == .plainInverted) })
        for (style, inverted) in ink {
            let lines = code.terminal(style: style).split(separator: "\n").map { line in
                line.filter { "▀▄█ ".contains($0) }
            }
            let light: Character = inverted ? "█" : " "
            for line in lines.prefix(2) + lines.suffix(2) { #expect(line.allSatisfy { $0 == light }) }
            for line in lines {
                #expect(line.prefix(4).allSatisfy { $0 == light } && line.suffix(4).allSatisfy { $0 == light })
            }
        }
    }

    @Test("the styles without colours have no escape sequence, so they may go into a file or a log viewer")
    func plain() throws {
        let code = try QRCode.encode("a")
        #expect(!code.terminal(style: .plain).contains("\u{1B}"))
        #expect(!code.terminal(style: .plainInverted).contains("\u{1B}"))
    }
}
