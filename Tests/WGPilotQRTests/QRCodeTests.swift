import Testing
import WGPilotQR
import WGPilotTestSupport

/// The choice of level and symbol, the limits, and what real `zbarimg` reads from the PNG.
@Suite struct QRCodeTests {
    @Test(
        "zbar gives back the configuration of a peer of any name, letter for letter",
        arguments: [
            "laptop", "Jürgens Gerät", "ß", "é", "📱 Kim's phone 👩🏽‍💻", "日本語の電話", "телефон", "נייד", "naïve — “quoted”",
            "ÄTest 1", "~\\`^$%&", "e\u{301}", "\u{FEFF}marked", "ﾊﾝｶｸ",
        ])
    func configurationRoundTrip(name: String) async throws {
        let text = SampleConfiguration.text(name: name)
        let read = try await Zbar.read(QRCode.encode(text).png())
        #expect(Array(read.utf8) == Array(text.utf8))
    }

    /// Without an ECI header zbar 0.23 reads these as Shift JIS or Big5.
    @Test(
        "letters outside ASCII are not guessed to be Chinese",
        arguments: ["ü", "äöü", "# Jürgens Gerät\n[Interface]\n", "Il était une fois, un noël", "ÄTest 1"])
    func charset(text: String) async throws {
        #expect(try await Zbar.read(QRCode.encode(text).png()) == text)
    }

    @Test(
        "ASCII that Shift JIS would change, and digits that another mode would take, come back",
        arguments: ["~\\~", "0", "0123456789", "ABC 123%", "%%", "a\tb\r\nc\n\n", "\u{1B}[0m", "a\u{0}b"])
    func ascii(text: String) async throws {
        #expect(try await Zbar.read(QRCode.encode(text).png()) == text)
    }

    /// ISO/IEC 18004, table 7, version 40: 2331 bytes at M and 2953 at L; an ECI header costs one of them.
    @Test(
        "the limits of both levels are the standard's to the byte, and zbar reads the fullest symbols",
        arguments: [
            (2331, false, QRCode.ErrorCorrection.medium), (2332, false, .low), (2953, false, .low),
            (2330, true, .medium), (2331, true, .low), (2952, true, .low),
        ])
    func limits(bytes: Int, umlaut: Bool, level: QRCode.ErrorCorrection) async throws {
        let text = umlaut ? SampleConfiguration.umlaut(bytes: bytes) : SampleConfiguration.ascii(bytes: bytes)
        #expect(text.utf8.count == bytes)
        let code = try QRCode.encode(text)
        #expect(code.errorCorrection == level)
        #expect(try await Zbar.read(code.png()) == text)
    }

    @Test("one byte above the limit is refused, and the message says by how much and what to use")
    func tooLong() {
        #expect(throws: QRError.tooLong(bytes: 2954, limit: 2953)) {
            try QRCode.encode(SampleConfiguration.ascii(bytes: 2954))
        }
        #expect(throws: QRError.tooLong(bytes: 2953, limit: 2952)) {
            try QRCode.encode(SampleConfiguration.umlaut(bytes: 2953))
        }
        #expect(throws: QRError.tooLong(bytes: 5_000_000, limit: 2953)) {
            try QRCode.encode(String(repeating: "a", count: 5_000_000))
        }
        #expect(
            QRError.tooLong(bytes: 2954, limit: 2953).description
                == "the configuration is 1 byte too long for a QR code (it has 2954, at most 2953 fit): "
                + "use the configuration file instead")
        #expect(QRError.tooLong(bytes: 3000, limit: 2953).description.contains("is 47 bytes too long"))
    }

    @Test("nothing to encode is an error and not an empty picture")
    func empty() {
        #expect(throws: QRError.empty) { try QRCode.encode("") }
        #expect(throws: QRError.empty) { try QRCode.encode(candidates: []) }
        #expect(throws: QRError.empty) { try QRCode.encode(candidates: ["a", ""]) }
    }

    /// Lengths of the candidates, and which of them must be taken at which level.
    @Test(
        "the first candidate at M wins, a shorter one at M goes before a longer one at L",
        arguments: [
            ([300, 200], 0, QRCode.ErrorCorrection.medium),
            ([2331, 2000], 0, .medium),
            ([2332, 2000, 1000], 1, .medium),
            ([9000, 2953, 2331], 2, .medium),
            ([2900, 2800], 0, .low),
            ([3000, 2953, 2400], 1, .low),
        ])
    func candidates(lengths: [Int], chosen: Int, level: QRCode.ErrorCorrection) async throws {
        let texts = lengths.map(SampleConfiguration.ascii(bytes:))
        let code = try QRCode.encode(candidates: texts)
        #expect(code.errorCorrection == level)
        #expect(try await Zbar.read(code.png()) == texts[chosen])
    }

    @Test("of several candidates that are all too long the error tells of the one that came closest")
    func closestCandidate() {
        let texts = [9000, 3100, 4000].map(SampleConfiguration.ascii(bytes:))
        #expect(throws: QRError.tooLong(bytes: 3100, limit: 2953)) { try QRCode.encode(candidates: texts) }
    }

    @Test("neither a description nor a reflection nor a dump shows what is in the symbol")
    func descriptions() throws {
        let code = try QRCode.encode(SampleConfiguration.withoutComment)
        var dumped = ""
        dump(code, to: &dumped)
        for text in ["\(code)", String(reflecting: code), dumped, "\(Mirror(reflecting: code).children.map(\.value))"] {
            #expect(text.count < 200)
            #expect(!text.contains("true"))
            #expect(!text.contains("PrivateKey"))
        }
        #expect("\(code)" == "QR code of \(code.size) × \(code.size) modules at level M")
    }

    @Test("outside the symbol everything is light, and no coordinate traps")
    func outside() throws {
        let code = try QRCode.encode("a")
        #expect(code.size == 21)
        #expect(code.isDark(x: 0, y: 0) && code.isDark(x: 20, y: 0) && code.isDark(x: 0, y: 20))
        for (x, y) in [(-1, 0), (0, -1), (21, 0), (0, 21), (Int.min, Int.max), (Int.max, Int.max)] {
            #expect(!code.isDark(x: x, y: y))
        }
    }

    @Test("random texts of all lengths and alphabets come back from the PNG and the terminal")
    func randomRoundTrips() async throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        for round in 0..<60 {
            let text = random.text()
            let code = try QRCode.encode(text)
            let style = try #require(QRCode.TerminalStyle.allCases.randomElement(using: &random))
            let theme: TerminalScreen.Theme = style == .plainInverted ? .dark : .light
            let screen = try TerminalScreen(code.terminal(style: style), theme: theme)
            let place: Comment = "seed \(seed), round \(round), \(text.utf8.count) bytes, \(style)"
            let fromPicture = try? await Zbar.read(code.png())
            #expect(fromPicture.map { Array($0.utf8) } == Array(text.utf8), place)
            let fromScreen = try? await Zbar.read(width: screen.width, height: screen.height, pixels: screen.pixels)
            #expect(fromScreen.map { Array($0.utf8) } == Array(text.utf8), place)
        }
    }
}
