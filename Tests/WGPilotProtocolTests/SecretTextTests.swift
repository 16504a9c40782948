import Testing
import WGPilotProtocol

@Suite struct SecretTextTests {
    /// Catches a password in a log line that describes a whole request.
    @Test func `no message that holds one prints it`() {
        let request = LoginRequest(name: "anna", password: SecretText("hunter2hunter2"), code: SecretText("123456"))
        var dumped = ""
        dump(request, to: &dumped)
        for text in ["\(request)", String(reflecting: request), "\([request])", dumped] {
            #expect(text.contains("anna") && !text.contains("hunter2") && !text.contains("123456"))
        }
    }

    @Test func `on the wire it is a plain text`() throws {
        let secret = OwnPasswordRequest(password: SecretText("ab"))
        // {1: "ab"}
        #expect(try CBOREncoder().encode(secret) == [0xA1, 0x01, 0x62, 0x61, 0x62])
        #expect(try CBORDecoder().decode(OwnPasswordRequest.self, from: [0xA1, 0x01, 0x62, 0x61, 0x62]) == secret)
    }
}
