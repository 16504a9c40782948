import Testing

@testable import WGPilotCtl

@Suite("Passwords that are read")
struct HiddenInputTests {
    @Test(
        "the first line is taken, without its end",
        arguments: [
            ("correct horse", "correct horse"), ("correct horse\n", "correct horse"), ("a b \r\n", "a b "),
            ("x\n\n", "x"),
        ])
    func line(text: String, password: String) throws {
        #expect(try HiddenInput.firstLine(of: text, "-") == password)
    }

    @Test("what is no one line is refused, and not repeated", arguments: ["", "\n", "first\nsecond\n", "\nsecond"])
    func refused(text: String) {
        let fault = #expect(throws: CommandFault.self) { try HiddenInput.firstLine(of: text, "/f") }
        #expect(fault?.status == .invalidArgument && fault?.message == "/f has not one line with a password")
    }
}
