import Testing
import WGPilotCore

@Suite("Names of peers and networks")
struct DisplayNameTests {
    @Test(
        "anything printable is a name",
        arguments: [
            "laptop", "a", "Anna's phone", "Büro Süd", "日本語", "مكتب", "[Peer]", "# PrivateKey = x", "$(reboot)", "`id`",
            "a/b", "..",
            "\"quoted\"", "back\\slash", "<b>&amp;</b>", "'; DROP TABLE peer;--", "👩‍💻", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "e\u{301}", "%n%s", "0",
            "-rf", "a  b",
        ])
    func accepts(text: String) throws {
        #expect(try DisplayName(text).description == text)
    }

    // Each of these would end the comment line of a configuration, change what a terminal shows, or hide in a list.
    @Test(
        "line breaks, controls, separators, overrides and invisible characters are refused",
        arguments: [
            "", "a\nb", "a\rb", "a\r\nb", "a\u{0B}b", "a\u{0C}b", "a\u{85}b", "a\u{2028}b", "a\u{2029}b", "a\0b",
            "a\tb", "a\u{1B}[31mb",
            "a\u{7F}b", "a\u{9B}b", "a\u{202E}b", "a\u{2066}b", "a\u{200B}b", "a\u{FEFF}b", "a\u{AD}b", "a\u{E000}b",
            "a\u{FFFE}b", "a\u{10FFFF}b", "a\u{0378}b", " a", "a ", "\u{A0}a", "a\u{3000}", " ", "\u{E0001}a",
            "\u{200D}", "\u{200C}\u{200D}",
        ])
    func refuses(text: String) {
        #expect(throws: InvalidValue.self) { try DisplayName(text) }
    }

    @Test(
        "a new name is not # and a number, which means a number and never a name",
        arguments: ["#1", "#0", "#00000000000000000000012"])
    func marked(text: String) throws {
        #expect(throws: InvalidValue.self) { try DisplayName(new: text) }
        // One that is stored must be read.
        #expect(try DisplayName(text).description == text)
    }

    @Test("a new name may begin with # otherwise", arguments: ["#", "# 1", "#1a", "##1", "#٣", "1", "laptop"])
    func unmarked(text: String) throws {
        #expect(try DisplayName(new: text).description == text)
    }

    @Test("no message about a name has a control character")
    func messageIsOneLine() throws {
        let error = try #require(throws: InvalidValue.self) { try DisplayName("a\n\u{1B}[2Jb") }
        #expect(!error.message.unicodeScalars.contains { $0.properties.generalCategory == .control })
    }

    @Test("64 characters fit, whatever their bytes, and 65 do not", arguments: ["a", "é", "日", "👍"])
    func length(character: String) throws {
        #expect(throws: Never.self) { try DisplayName(String(repeating: character, count: 64)) }
        #expect(throws: InvalidValue.self) { try DisplayName(String(repeating: character, count: 65)) }
    }

    @Test("one character of a thousand combining marks is too long")
    func combiningMarks() throws {
        let text = "a" + String(repeating: "\u{301}", count: 1000)
        #expect(text.count == 1)
        #expect(throws: InvalidValue.self) { try DisplayName(text) }
        // 1 + 255 · 2 bytes are 511.
        #expect(throws: Never.self) { try DisplayName("a" + String(repeating: "\u{301}", count: 255)) }
        #expect(throws: InvalidValue.self) { try DisplayName("a" + String(repeating: "\u{301}", count: 256)) }
    }

    @Test("names are one code point by code point, whatever looks the same")
    func equality() throws {
        let (composed, decomposed) = try (DisplayName("\u{E9}"), DisplayName("e\u{301}"))
        #expect(composed.description == decomposed.description, "Swift itself takes them for one")
        let again = try DisplayName("\u{E9}")
        #expect(composed != decomposed && composed == again)
        #expect(Set([composed, decomposed]).count == 2)
    }

    @Test("names sort by characters")
    func order() throws {
        #expect(try ["b", "a", "B"].map { try DisplayName($0) }.sorted().map(\.description) == ["B", "a", "b"])
    }
}
