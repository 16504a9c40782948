import Testing
import WGPilotCore

@Suite("The hub's host")
struct EndpointHostTests {
    @Test(
        "addresses and names are taken, and only an IPv6 address gets brackets before a port",
        arguments: [
            ("192.0.2.1", "192.0.2.1", "192.0.2.1:51820"), ("2001:db8::1", "2001:db8::1", "[2001:db8::1]:51820"),
            ("[2001:db8::1]", "2001:db8::1", "[2001:db8::1]:51820"),
            ("vpn.example.org", "vpn.example.org", "vpn.example.org:51820"), ("hub", "hub", "hub:51820"),
            ("3com.example", "3com.example", "3com.example:51820"), ("a.b-c.D9e", "a.b-c.D9e", "a.b-c.D9e:51820"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example", "xn--bcher-kva.example:51820"),
        ])
    func reads(text: String, description: String, withPort: String) throws {
        let host = try EndpointHost(text)
        #expect(host.description == description)
        #expect(host.withPort(51820) == withPort)
    }

    // The value stands in a line of the client's file: nothing may end the line or begin another word there.
    @Test(
        "mistyped addresses and texts that are no DNS name are refused",
        arguments: [
            "", ".", "..", ".example.org", "example.org.", "a..b", "-a.example", "a-.example", "a b", "a\nb", "a\tb",
            "a#b", "a_b",
            "a/b", "a:1", "1.2.3", "1.2.3.256", "1.2.3.4.5", "256.1.1.1", "0x7f.1", "[vpn.example.org]", "[192.0.2.1]",
            "[::1", "::1]", "fe80::1%eth0", "bücher.example", "a\0", "a\u{202E}b", "user@host", "host\r",
        ])
    func refuses(text: String) {
        #expect(throws: InvalidValue.self) { try EndpointHost(text) }
    }

    // RFC 1035 §2.3.4: 63 octets for a label; 253 characters are what its 255 octets leave for the text.
    @Test("the limits of RFC 1035 hold to the octet")
    func limits() throws {
        let label = String(repeating: "a", count: 63)
        #expect(throws: Never.self) { try EndpointHost(label) }
        #expect(throws: InvalidValue.self) { try EndpointHost(label + "a") }
        let longest = [label, label, label, String(repeating: "b", count: 61)].joined(separator: ".")
        #expect(longest.utf8.count == 253)
        #expect(throws: Never.self) { try EndpointHost(longest) }
        #expect(throws: InvalidValue.self) { try EndpointHost(longest + "b") }
    }

    @Test("a host made from an address is that address")
    func fromAddress() throws {
        #expect(EndpointHost(try #require(IPAddress("2001:db8::1"))).withPort(1) == "[2001:db8::1]:1")
    }
}
