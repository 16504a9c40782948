import Testing
import WGPilotCore

@Suite struct UserNameTests {
    /// Catches two accounts that a person cannot tell apart, and a login that fails for want of a capital.
    @Test(arguments: [
        ("anna", "ANNA"), ("Änne", "äNNE"), ("\u{E4}nne", "a\u{308}nne"), ("strasse", "STRASSE"), ("straße", "STRASSE"),
        ("σίσυφος", "ΣΊΣΥΦΟΣ"),
    ])
    func `one name in two spellings is one name`(first: String, second: String) throws {
        #expect(try UserName(first) == UserName(second))
        #expect(Set([try UserName(first), try UserName(second)]).count == 1)
        #expect(try UserName(first).description == first, "it is shown as it was given")
    }

    @Test(arguments: [("anna", "hanna"), ("anna", "аnna"), ("o", "ö")])
    func `other names are other names`(first: String, second: String) throws {
        #expect(try UserName(first) != UserName(second))
    }

    @Test(arguments: [
        "", " anna", "anna ", "an\nna", "an\u{202E}na", "\u{200D}", String(repeating: "a", count: 65),
        "a" + String(repeating: "\u{301}", count: 600),
    ])
    func `what could not be read on a line of a list is no name`(text: String) {
        #expect(throws: InvalidValue.self) { try UserName(text) }
    }
}
