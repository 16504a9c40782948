import Testing
import WGPilotCore

@Suite("Names of interfaces")
struct InterfaceNameTests {
    @Test("what wg-quick(8) takes is taken", arguments: ["wg0", "a", "wg_=+.-0", "WGPILOT12345678", "...", "-"])
    func accepts(text: String) throws {
        #expect(try InterfaceName(text).description == text)
    }

    // linux/if.h: IFNAMSIZ is 16 with the terminator.
    @Test(
        "what no interface can bear is refused",
        arguments: [
            "", ".", "..", "wg0/..", "wg 0", "wg0\n", "wg0\0", "wg:0", "wg%d", "wgpilot123456789", "büro",
            "wg0\u{202E}",
            String(repeating: "w", count: 1 << 16),
        ])
    func refuses(text: String) {
        #expect(throws: InvalidValue.self) { try InterfaceName(text) }
    }
}
