import Testing
import WGPilotCore

@Suite("Names of downloaded files")
struct ConfigurationFileNameTests {
    @Test(
        "the name is safe in a header and in every file system",
        arguments: [
            ("laptop", "wgpilot-laptop.conf"), ("Anna's phone", "wgpilot-Anna_s_phone.conf"),
            ("../etc", "wgpilot-.._etc.conf"),
            ("a/b\\c", "wgpilot-a_b_c.conf"), ("a\"; x=\"", "wgpilot-a___x__.conf"), ("Büro", "wgpilot-B_ro.conf"),
            ("a_b-c.d", "wgpilot-a_b-c.d.conf"),
        ])
    func ascii(name: String, file: String) throws {
        #expect(ConfigurationFileName.ascii(for: try DisplayName(name)) == file)
    }

    /// The pattern in wg-quick 1.0.20210914, and wg-quick itself over each of them.
    @Test(
        "a file is for wg-quick where wg-quick takes it",
        arguments: [
            ("wg0.conf", true), ("wgpilot-laptop.conf", true), ("wgpilot-laptop2.conf", true),
            ("a=b+c_d.e-f.conf", true), ("wgpilot-laptop22.conf", false), ("büro.conf", false), ("a b.conf", false),
            (".conf", false), ("wg0", false), ("wg0.config", false), ("wg0.CONF", false),
        ])
    func isForWGQuick(name: String, isTaken: Bool) async throws {
        #expect(ConfigurationFileName.isForWGQuick(name) == isTaken)
        let text = "[Interface]\nPrivateKey = \(KeyVector.captured.privateKey)\n"
        let outcome = try await WireGuardTools.withFile(text, named: name) { path in
            try await WireGuardTools.run("wg-quick", ["strip", path])
        }
        #expect((outcome.status == 0) == isTaken, "\(outcome.error)")
    }
}
