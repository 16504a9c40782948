import Testing
import WGPilotCore

@Suite("The settings of a peer, taken together")
struct PeerSettingsTests {
    private static func faults(
        in mode: NetworkMode = .gateway, tunnel: TunnelScope = .full, _ change: (inout PeerSettings) throws -> Void
    ) throws -> [PeerField] {
        var network = try Samples.network(mode, subnet6: "fd00:8::/64")
        network.tunnel = tunnel
        var peer = try Samples.peer()
        try change(&peer)
        return peer.validate(in: network).map(\.field)
    }

    @Test(
        "a peer with nothing but a name has no fault, and its client keeps a mapping alive",
        arguments: NetworkMode.allCases)
    func defaults(mode: NetworkMode) throws {
        #expect(try Self.faults(in: mode) { _ in }.isEmpty)
        // wg(8), PersistentKeepalive: "a sensible interval that works with a wide variety of firewalls is 25 seconds".
        #expect(try Samples.peer().persistentKeepalive == 25)
        #expect(try Samples.peer().hubKeepalive == 0)
    }

    @Test(
        "e-mail addresses",
        arguments: [
            ("", true), ("anna@example.org", true), ("anna.b+wg@mail.example.org", true), ("ännä@example.org", true),
            ("anna", false), ("anna@", false), ("@example.org", false), ("a@b@c", false), ("anna@exa mple.org", false),
            ("an na@example.org", false), ("anna@example.org\nBcc: x@y", false), ("a\r@example.org", false),
            ("<anna@example.org>", false), ("a\"b@example.org", false), ("a,b@example.org", false),
            ("a\u{2028}b@example.org", false), ("a\u{202E}b@example.org", false), ("a\0@example.org", false),
            (String(repeating: "a", count: 64) + "@example.org", true),
            (String(repeating: "a", count: 65) + "@example.org", false),
        ])
    func email(text: String, isValid: Bool) throws {
        #expect(try Self.faults { $0.email = text } == (isValid ? [] : [.email]))
    }

    // 8 kbit/s and 100 Gbit/s are what `BandwidthLimit` says; 0 is no limit.
    @Test(
        "the ends of a limit hold to the kbit/s, and both directions are told at once",
        arguments: [
            (0, true), (8, true), (100_000_000, true), (7, false), (1, false), (-1, false), (100_000_001, false),
            (.min, false), (.max, false),
        ] as [(Int64, Bool)])
    func bandwidth(kbps: Int64, isValid: Bool) throws {
        #expect(try Self.faults { $0.bandwidthUp = kbps } == (isValid ? [] : [.bandwidthUp]))
        #expect(try Self.faults { $0.bandwidthDown = kbps } == (isValid ? [] : [.bandwidthDown]))
        #expect(
            try Self.faults { ($0.bandwidthUp, $0.bandwidthDown) = (kbps, kbps) }
                == (isValid ? [] : [.bandwidthUp, .bandwidthDown]))
        var network = try Samples.network(.gateway)
        (network.bandwidthUp, network.bandwidthDown) = (kbps, kbps)
        #expect(network.validate().map(\.field) == (isValid ? [] : [.bandwidthUp, .bandwidthDown]))
    }

    @Test("a site gateway is for site-to-site networks and has networks behind it")
    func siteGateway() throws {
        let site = try Samples.prefixes(["192.168.1.0/24"])
        #expect(
            try Self.faults(in: .siteToSite) {
                $0.role = .siteGateway
                $0.siteNetworks = site
            }.isEmpty)
        #expect(try Self.faults(in: .siteToSite) { $0.role = .siteGateway } == [.siteNetworks])
        #expect(try Self.faults(in: .siteToSite) { $0.siteNetworks = site } == [.siteNetworks])
        for mode in [NetworkMode.gateway, .hubRouted] {
            #expect(
                try Self.faults(in: mode) {
                    $0.role = .siteGateway
                    $0.siteNetworks = site
                } == [.role])
        }
    }

    @Test(
        "networks behind a gateway overlap neither the tunnel's own subnets nor one another, and are not everything",
        arguments: [
            (["192.168.1.0/24", "192.168.2.0/24", "fd01::/64"], 0), (["10.8.0.128/25"], 1), (["10.0.0.0/8"], 1),
            (["10.8.0.0/24"], 1), (["fd00:8::/48"], 1), (["192.168.0.0/16", "192.168.1.0/24"], 1),
            (["192.168.1.0/24", "192.168.1.0/24"], 1),
            // Everything is both no site and an overlap with the subnet.
            (["0.0.0.0/0"], 2),
        ] as [([String], Int)])
    func siteNetworks(texts: [String], count: Int) throws {
        let faults = try Self.faults(in: .siteToSite) {
            $0.role = .siteGateway
            $0.siteNetworks = try Samples.prefixes(texts)
        }
        #expect(faults == [PeerField](repeating: .siteNetworks, count: count))
    }

    @Test("full and split are for gateway networks, further blocks for split tunnels")
    func tunnels() throws {
        let extra = try Samples.prefixes(["172.16.0.0/12"])
        #expect(try Self.faults { $0.tunnel = .split }.isEmpty)
        #expect(try Self.faults(in: .hubRouted) { $0.tunnel = .split } == [.tunnel])
        #expect(try Self.faults(in: .siteToSite) { $0.tunnel = .full } == [.tunnel])
        #expect(try Self.faults { $0.extraCIDRs = extra } == [.extraCIDRs])
        #expect(try Self.faults(tunnel: .split) { $0.extraCIDRs = extra }.isEmpty)
        #expect(
            try Self.faults {
                $0.tunnel = .split
                $0.extraCIDRs = extra
            }.isEmpty)
        #expect(
            try Self.faults(tunnel: .split) {
                $0.tunnel = .full
                $0.extraCIDRs = extra
            } == [.extraCIDRs])
        #expect(try Self.faults(in: .hubRouted, tunnel: .split) { $0.extraCIDRs = extra } == [.extraCIDRs])
    }

    @Test("the MTU's limits hold to the byte", arguments: [(1279, false), (1280, true), (65455, true), (65456, false)])
    func mtu(value: Int, isValid: Bool) throws {
        #expect(try Self.faults { $0.mtu = value } == (isValid ? [] : [.mtu]))
    }

    @Test("notes may have lines and are limited")
    func notes() throws {
        #expect(try Self.faults { $0.notes = "first\nsecond" }.isEmpty)
        #expect(try Self.faults { $0.notes = "a\u{1B}[2J" } == [.notes])
        #expect(try Self.faults { $0.notes = "a\rb" } == [.notes])
        #expect(try Self.faults { $0.notes = String(repeating: "x", count: 4096) }.isEmpty)
        #expect(try Self.faults { $0.notes = String(repeating: "x", count: 4097) } == [.notes])
        #expect(try Self.faults { $0.notes = String(repeating: "\u{7}", count: 5000) } == [.notes, .notes])
    }

    @Test(
        "tags are words",
        arguments: [
            ("office", true), ("büro-2_x.y", true), ("日本", true), ("", false), ("a b", false), ("a,b", false),
            ("a\nb", false),
            ("a/b", false), (String(repeating: "x", count: 32), true), (String(repeating: "x", count: 33), false),
            ("a\u{202E}b", false),
        ])
    func tags(tag: String, isValid: Bool) throws {
        #expect(try Self.faults { $0.tags = [tag] } == (isValid ? [] : [.tags]))
    }

    @Test("at most 32 tags, each once")
    func tagCount() throws {
        #expect(try Self.faults { $0.tags = (0..<32).map { "t\($0)" } }.isEmpty)
        #expect(try Self.faults { $0.tags = (0..<33).map { "t\($0)" } } == [.tags])
        #expect(try Self.faults { $0.tags = ["a", "b", "a"] } == [.tags])
    }

    @Test("search domains are names, and not too many")
    func searchDomains() throws {
        #expect(try Self.faults { $0.searchDomains = [] }.isEmpty)
        #expect(try Self.faults { $0.searchDomains = ["lan.example", "corp"] }.isEmpty)
        #expect(try Self.faults { $0.searchDomains = ["a b", "c\nd"] } == [.searchDomains, .searchDomains])
        #expect(try Self.faults { $0.searchDomains = (0..<33).map { "d\($0).example" } } == [.searchDomains])
    }

    @Test("what is kept out of a tunnel leaves something that enters it, and is not too much to count")
    func excluded() throws {
        #expect(try Self.faults { $0.excludedCIDRs = try Samples.prefixes(["10.0.0.0/8", "fd00::/8"]) }.isEmpty)
        #expect(try Self.faults { $0.excludedCIDRs = [.everyV4] }.isEmpty, "IPv6 still enters")
        #expect(try Self.faults { $0.excludedCIDRs = [.everyV4, .everyV6] } == [.excludedCIDRs])
        #expect(
            try Self.faults(in: .hubRouted) { $0.excludedCIDRs = try Samples.prefixes(["10.0.0.0/8", "fd00::/8"]) }
                == [.excludedCIDRs])
        #expect(
            try Self.faults { $0.excludedCIDRs = try (0..<64).map { try IPPrefix("192.0.2.\($0)") } }.isEmpty)
        #expect(
            try Self.faults { $0.excludedCIDRs = try (0..<65).map { try IPPrefix("192.0.2.\($0)") } }
                == [.excludedCIDRs])
    }

    @Test(
        "an expiry is a time that RFC 3339 can write",
        arguments: [
            (1, true), (253_402_300_799, true), (0, false), (-1, false), (253_402_300_800, false), (.max, false),
            (.min, false),
        ] as [(Int64, Bool)])
    func expiry(time: Int64, isValid: Bool) throws {
        #expect(try Self.faults { $0.expiresAt = time } == (isValid ? [] : [.expiresAt]))
    }

    @Test("all faults are told at once")
    func allFaults() throws {
        let faults = try Self.faults(in: .hubRouted) {
            $0.email = "nobody"
            $0.role = .siteGateway
            $0.tunnel = .full
            $0.extraCIDRs = try Samples.prefixes(["172.16.0.0/12"])
            $0.mtu = 1
            $0.notes = "\u{7}"
            $0.tags = ["a b"]
        }
        #expect(faults == [.email, .role, .siteNetworks, .tunnel, .extraCIDRs, .mtu, .notes, .tags])
    }
}
