import HTTPTypes
import NIOCore
import Testing
import WGPilotCore

@testable import WGPilotGateway

@Suite("Whose request it is, and for which host")
struct RequestPolicyTests {
    private static func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    // RFC 7239 §6 and the usual form of X-Forwarded-For.
    @Test(
        "the client is the last address that no trusted proxy has written for another",
        arguments: [
            (["X-Forwarded-For": "203.0.113.9"], "203.0.113.9"),
            (["X-Forwarded-For": "6.6.6.6, 203.0.113.9"], "203.0.113.9"),
            (["X-Forwarded-For": "6.6.6.6, 203.0.113.9, 10.0.0.2"], "203.0.113.9"), ([:], "10.0.0.1"),
            (["X-Forwarded-For": "nonsense"], "10.0.0.1"), (["X-Forwarded-For": "203.0.113.9:4711"], "203.0.113.9"),
            (["X-Forwarded-For": "::ffff:203.0.113.9"], "203.0.113.9"),
            // What such a proxy passes on of another field its client has written.
            (["Forwarded": "for=6.6.6.6;proto=https", "X-Forwarded-For": "203.0.113.9"], "203.0.113.9"),
            (["Forwarded": "for=6.6.6.6"], "10.0.0.1"),
        ])
    func clients(_ fields: [String: String], _ client: String) throws {
        let trust = ProxyTrust(blocks: [try IPPrefix("10.0.0.0/8")])
        #expect(
            trust.client(of: try Self.fields(fields), peer: try Self.address("10.0.0.1")).address.description == client)
    }

    // RFC 7239 §4 and §6.
    @Test(
        "with the field of RFC 7239 that one alone is believed",
        arguments: [
            (["Forwarded": "for=\"[2001:db8::7]:4711\";proto=https, for=10.0.0.2"], "2001:db8::7"),
            (["Forwarded": "for=203.0.113.9", "X-Forwarded-For": "6.6.6.6"], "203.0.113.9"),
            (["Forwarded": "for=_hidden", "X-Forwarded-For": "6.6.6.6"], "10.0.0.1"),
            (["X-Forwarded-For": "6.6.6.6"], "10.0.0.1"),
        ])
    func clientsByForwarded(_ fields: [String: String], _ client: String) throws {
        let trust = ProxyTrust(blocks: [try IPPrefix("10.0.0.0/8")], field: .forwarded)
        #expect(
            trust.client(of: try Self.fields(fields), peer: try Self.address("10.0.0.1")).address.description == client)
    }

    @Test("whether the client sees https is read from the field of the address, and from no other")
    func schemes() throws {
        let said = try Self.fields(["X-Forwarded-Proto": "http", "Forwarded": "for=1.2.3.4;proto=https"])
        let peer = try Self.address("10.0.0.1")
        let blocks = [try IPPrefix("10.0.0.0/8")]
        #expect(ProxyTrust(blocks: blocks).client(of: said, peer: peer).isSecure == false)
        #expect(ProxyTrust(blocks: blocks, field: .forwarded).client(of: said, peer: peer).isSecure == true)
        let one = try Self.fields(["Forwarded": "proto=https"])
        #expect(ProxyTrust(blocks: blocks).client(of: one, peer: peer).isSecure == nil)
        let other = try Self.fields(["X-Forwarded-Proto": "https"])
        #expect(ProxyTrust(blocks: blocks, field: .forwarded).client(of: other, peer: peer).isSecure == nil)
    }

    @Test("an IPv4 client of a socket for both is the same as of one for IPv4 alone")
    func mapped() throws {
        let socket = try SocketAddress(ipAddress: "::ffff:192.0.2.1", port: 1)
        #expect(socket.plainAddress?.description == "192.0.2.1")
        #expect(try SocketAddress(ipAddress: "2001:db8::1", port: 1).plainAddress?.description == "2001:db8::1")
    }

    private static func fields(_ pairs: [String: String]) throws -> HTTPFields {
        var fields: HTTPFields = [:]
        for (name, value) in pairs { fields[try #require(HTTPField.Name(name))] = value }
        return fields
    }

    @Test("nobody but a trusted proxy is believed")
    func untrusted() throws {
        let trust = ProxyTrust(blocks: [try IPPrefix("10.0.0.0/8")])
        let said = try Self.fields(["X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"])
        let found = trust.client(of: said, peer: try Self.address("192.0.2.1"))
        #expect(found.address.description == "192.0.2.1" && found.isSecure == nil)
    }

    @Test("hosts are compared without port and case, and nothing that only looks like one passes")
    func hosts() throws {
        let hosts = HostNames(names: ["vpn.example.org"])
        let local = try Self.address("192.0.2.1")
        for good in [
            "vpn.example.org", "VPN.Example.org:8443", "vpn.example.org.", "localhost:1", "127.9.9.9", "[::1]:80",
            "192.0.2.1",
        ] {
            #expect(hosts.allow(good, local: local), "\(good)")
        }
        for bad in [
            "evil.example", "vpn.example.org.evil.example", "vpn.example.org@evil", "192.0.2.2", "[::2]",
            "vpn.example.org:x",
            "[::1", "[vpn.example.org]", "vpn.example.org/..", "", ":80", "vpn example.org", "a,vpn.example.org",
        ] {
            #expect(!hosts.allow(bad, local: local), "\(bad)")
        }
        #expect(HostNames(names: ["*"]).allow("anything.example", local: nil))
    }

    @Test("a session is taken from its own cookie alone, and from none where there are two")
    func cookies() throws {
        let secret = "wgs_" + String(repeating: "a", count: 43)
        let read = { (cookie: String, isSecure: Bool) throws in
            SessionCookie.secret(in: try Self.fields(["Cookie": cookie]), isSecure: isSecure)
        }
        #expect(try read("a=b; __Host-wgpilot=\(secret)", true) == secret)
        #expect(try read("wgpilot=\(secret)", false) == secret)
        #expect(try read("wgpilot=\(secret)", true) == nil)
        #expect(try read("__Host-wgpilot=\(secret); __Host-wgpilot=\(secret)", true) == nil)
        #expect(try read("__Host-wgpilot=other", true) == nil)
        #expect(
            SessionCookie.set(secret, lifetime: 60, isSecure: true)
                == "__Host-wgpilot=\(secret); Path=/; Max-Age=60; HttpOnly; SameSite=Strict; Secure")
    }

    // RFC 9110 §12.5.1, its own examples among them.
    @Test(
        "Accept is weighed as RFC 9110 has it",
        arguments: [
            ("*/*", "image/png"), ("image/svg+xml", "image/svg+xml"), ("image/*", "image/png"),
            ("image/png;q=0.1, image/svg+xml;q=0.9", "image/svg+xml"), ("image/png;q=0, */*", "image/svg+xml"),
            ("text/html", nil), ("image/png;q=0", nil), ("", "image/png"),
        ])
    func accept(_ field: String, _ type: String?) {
        #expect(MediaRange.preferred(field, of: ["image/png", "image/svg+xml"]) == type)
    }

    @Test("a secret that was pasted into a path does not stand in the log")
    func loggedPaths() {
        #expect(LoggedPath.of("/api/networks/1/peers/big_one") == "/api/networks/1/peers/big_one")
        for secret in ["wgp_abc", "wgs_abc", "WGL_abc", "wgp%5Fabc", "%77gp_abc", "Bearer%20wgp_abc"] {
            #expect(LoggedPath.of("/api/tokens/\(secret)") == "/api/tokens/-", "\(secret)")
        }
    }

    @Test("a tag stands for a version, also where a proxy that compresses has made it weak")
    func tags() {
        #expect(EntityTag.version(of: EntityTag.of(1_790_000_000)) == 1_790_000_000)
        #expect(EntityTag.version(of: "W/\"v17\"") == 17)
        for bad in ["\"v\"", "v17", "\"17\"", "W/v17", "w/\"v17\"", "W/W/\"v17\"", "\"v17", "*", "", "\"v17-gzip\""] {
            #expect(EntityTag.version(of: bad) == nil, "\(bad)")
        }
    }

    @Test("a limit of one address leaves room for others, and proxies have only the limit of all")
    func limits() throws {
        let limits = ConnectionLimits(all: 5, perAddress: 2, proxies: ProxyTrust(blocks: [try IPPrefix("10.0.0.0/8")]))
        let greedy = try Self.address("192.0.2.1")
        #expect(limits.enter(greedy) && limits.enter(greedy) && !limits.enter(greedy))
        #expect(limits.enter(try Self.address("192.0.2.2")))
        let proxy = try Self.address("10.0.0.1")
        #expect(limits.enter(proxy) && limits.enter(proxy) && !limits.enter(proxy))
        limits.leave(greedy)
        #expect(limits.enter(greedy))
    }

    @Test("of IPv6 a whole /64 is one client, as any of its addresses is its owner's")
    func limitsOfIPv6() throws {
        let limits = ConnectionLimits(all: 9, perAddress: 2, proxies: ProxyTrust(blocks: []))
        let (one, two) = (try Self.address("2001:db8::1"), try Self.address("2001:db8::ffff:2"))
        let three = try Self.address("2001:db8::3")
        #expect(limits.enter(one) && limits.enter(two) && !limits.enter(three))
        #expect(limits.enter(try Self.address("2001:db8:0:1::1")))
        limits.leave(two)
        #expect(limits.enter(try Self.address("2001:db8::4")))
    }
}
