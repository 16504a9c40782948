import Testing
import WGPilotCore

@Suite("Endpoints")
struct SocketEndpointTests {
    @Test(
        "an address with a port keeps its text",
        arguments: ["192.0.2.1:51820", "[2001:db8::1]:51820", "0.0.0.0:1", "[::]:65535", "[::ffff:192.0.2.1]:9"])
    func reads(text: String) throws {
        #expect(try SocketEndpoint(text).description == text)
    }

    @Test("the parts are told apart")
    func parts() throws {
        let endpoint = try SocketEndpoint("[2001:DB8:0::1]:443")
        #expect(endpoint.address == IPAddress("2001:db8::1"))
        #expect(endpoint.port == 443)
        #expect(endpoint.description == "[2001:db8::1]:443")
    }

    @Test(
        "everything else is refused with both forms as examples",
        arguments: [
            "", ":", ":51820", "192.0.2.1", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2.1:-1",
            "192.0.2.1:+1", "192.0.2.1: 1", "192.0.2.1:1 ", "192.0.2.1:99999999999999999999", "192.0.2.1:٣",
            "[192.0.2.1]:1", "2001:db8::1:51820", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]51820", "[]:1",
            "[2001:db8::1:51820", "2001:db8::1]:51820", "[[::1]]:1", "[fe80::1%eth0]:1", "vpn.example.org:51820",
        ])
    func refuses(text: String) throws {
        let error = try #require(throws: InvalidValue.self) { try SocketEndpoint(text) }
        #expect(error.message.contains("192.0.2.1:51820"))
        #expect(error.message.contains("[2001:db8::1]:51820"))
    }
}
