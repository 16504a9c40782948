import Testing
import WGPilotCore

@Suite struct PasswordTests {
    /// NIST SP 800-63B-4 §3.1.1.2: a length, Unicode, and no rules of composition.
    @Test(arguments: [
        "aaaaaaaaaaaa", "correct horse battery staple", "            ", "пароль-пароль", "🐎🐎🐎🐎🐎🐎🐎🐎🐎🐎🐎🐎",
        String(repeating: "a", count: 1024),
    ])
    func `length is all that is asked`(text: String) throws {
        #expect(try Password(text, of: "anna").revealed == Array(text.utf8))
    }

    @Test(arguments: [
        ("aaaaaaaaaaa", "at least 12"), ("", "at least 12"), (String(repeating: "a", count: 1025), "at most 1024"),
        (String(repeating: "ä", count: 513), "at most 1024"), ("Anna-Maria-B.", "the name"),
        ("ANNA-MARIA-B.", "the name"),
    ])
    func `short ones, long ones and the own name are refused, and not repeated`(text: String, why: String) {
        let fault = #expect(throws: InvalidValue.self) { try Password(text, of: "anna-maria-b.") }
        #expect(fault?.message.contains(why) == true)
        #expect(text.isEmpty || fault?.message.contains(text) == false)
    }

    @Test func `what is presented need not be one that could be set, but none is too long`() {
        #expect(Password(presented: "short")?.revealed == Array("short".utf8))
        #expect(Password(presented: String(repeating: "a", count: 1025)) == nil)
    }

    @Test func `it never prints itself`() throws {
        let text = "correct horse battery staple"
        for printed in Printed.everyWay(try Password(text, of: nil)) {
            #expect(!Printed.shows(printed, secret: text, bytes: Array(text.utf8)))
        }
    }
}
