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
}
