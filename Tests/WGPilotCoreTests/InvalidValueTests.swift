import Testing
import WGPilotCore

@Suite("Texts quoted in messages")
struct InvalidValueTests {
    @Test(
        "what could forge a line or drive a terminal is escaped",
        arguments: [
            ("plain", "\"plain\""), ("", "\"\""), ("a\nb", "\"a\\u{a}b\""), ("\u{1B}[2J", "\"\\u{1b}[2J\""),
            ("a\u{202E}b", "\"a\\u{202e}b\""), ("a\u{2028}b", "\"a\\u{2028}b\""), ("a\u{200B}b", "\"a\\u{200b}b\""),
            ("\u{7F}\u{9B}", "\"\\u{7f}\\u{9b}\""), ("日本", "\"日本\""), ("\u{E000}", "\"\\u{e000}\""),
        ])
    func escapes(text: String, quoted: String) {
        #expect(text.quotedForMessage == quoted)
    }

    @Test("a long text is cut, so that a log line stays a line")
    func cuts() {
        let quoted = String(repeating: "x", count: 1 << 20).quotedForMessage
        #expect(quoted == "\"" + String(repeating: "x", count: 80) + "…\"")
        #expect(String(repeating: "x", count: 80).quotedForMessage == "\"" + String(repeating: "x", count: 80) + "\"")
        // Every scalar escaped: 80 times the longest escape, `\u{10ffff}`.
        #expect(String(repeating: "\u{10FFFF}", count: 1 << 16).quotedForMessage.utf8.count < 1000)
    }

    @Test("an error prints its sentence alone")
    func description() {
        #expect("\(InvalidValue("a sentence"))" == "a sentence")
    }

    @Test("a secret that somebody pasted is told by its kind alone")
    func secrets() {
        let secret = "wgp_" + String(repeating: "aB3-_", count: 8) + "xyz"
        #expect(secret.withoutSecrets == "wgp_…")
        #expect("token \(secret), or wgs_\(secret.dropFirst(4))?".withoutSecrets == "token wgp_…, or wgs_…?")
        #expect(secret.quotedForMessage == "\"wgp_…\"")
        for text in ["", "wg", "wgp_", "wgp_short", "wg0", "é wgp_é", String(repeating: "wgp_ ", count: 9)] {
            #expect(text.withoutSecrets == text)
        }
    }
}
