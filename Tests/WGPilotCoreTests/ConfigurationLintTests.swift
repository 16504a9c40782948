import Testing

@testable import WGPilotCore

@Suite("What would bite in a client's configuration")
struct ConfigurationLintTests {
    private static func findings(
        _ mode: NetworkMode = .gateway, host: String = "vpn.example.org", custody: KeyCustody = .held,
        isGuess: Bool = false, name: String = "laptop", subnet6: String? = nil, sites: [String] = [],
        _ change: (inout NetworkSettings, inout PeerSettings) throws -> Void = { _, _ in }
    ) throws -> [ConfigurationFinding] {
        var settings = try Samples.network(mode, subnet6: subnet6)
        var peerSettings = try Samples.peer(name)
        try change(&settings, &peerSettings)
        let network = Network(
            id: 1, settings: settings, interface: try InterfaceName("wg0"),
            publicKey: try PublicKey(KeyVector.alice.publicKey), createdAt: 0, updatedAt: 0)
        let peer = Peer(
            id: 1, networkID: 1, settings: peerSettings, publicKey: try PublicKey(KeyVector.captured.publicKey),
            hostNumber: 7, custody: custody, hasPresharedKey: false, createdAt: 0, updatedAt: 0)
        let configuration = ClientConfiguration(
            peer: peer, network: network, plan: try #require(settings.addressPlan),
            privateKey: custody == .held ? try PrivateKey(KeyVector.captured.privateKey) : nil, presharedKey: nil,
            otherSites: try Samples.prefixes(sites), defaultEndpointHost: try EndpointHost(host))
        return ConfigurationLint.findings(
            configuration, peer: peer, network: network, custody: custody, endpointIsGuess: isGuess)
    }

    @Test("a plain configuration of each mode has nothing to say", arguments: NetworkMode.allCases)
    func nothing(mode: NetworkMode) throws {
        #expect(try Self.findings(mode) == [])
        #expect(try Self.findings(mode, subnet6: "fd00:8::/64") == [])
    }

    @Test("each trap is found by its code, and only that one")
    func each() throws {
        typealias Change = (inout NetworkSettings, inout PeerSettings) throws -> Void
        func expect(
            _ code: ConfigurationFinding.Code, host: String = "vpn.example.org", _ change: Change,
            sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            #expect(try Self.findings(host: host, change).map(\.code) == [code], sourceLocation: sourceLocation)
        }
        try expect(.dnsOutsideTunnel) { network, _ in
            network.tunnel = .split
            network.dnsServers = try Samples.addresses(["10.8.0.1", "9.9.9.9"])
        }
        try expect(.ipv6Leak) { $1.excludedCIDRs = try Samples.prefixes(["::/0"]) }
        try expect(.ipv6Leak) { network, _ in
            network.tunnel = .split
            network.customCIDRs = try Samples.prefixes(["0.0.0.0/0"])
        }
        try expect(.mtuTooLarge) { network, _ in network.mtu = 1441 }
        try expect(.mtuTooLarge, host: "2001:db8::1") { network, _ in network.mtu = 1421 }
        try expect(.noKeepalive) { $1.persistentKeepalive = 0 }
        try expect(.hubOutsideTunnel) { $1.excludedCIDRs = try Samples.prefixes(["10.8.0.0/30"]) }
        try expect(.endpointInTunnel, host: "198.51.100.9") {
            $1.excludedCIDRs = try Samples.prefixes(["192.168.0.0/16"])
        }
        try expect(.qrDense) { network, peer in
            network.tunnel = .split
            peer.extraCIDRs = try (0..<50).map { try IPPrefix("172.16.\($0).0/24") }
        }
        try expect(.qrTooLarge) { network, peer in
            network.tunnel = .split
            peer.extraCIDRs = try (0..<180).map { try IPPrefix("172.16.\($0).0/24") }
        }
        #expect(try Self.findings(isGuess: true).map(\.code) == [.endpointGuess])
        #expect(try Self.findings(custody: .client).map(\.code) == [.privateKeyNotHeld])
    }

    @Test("a name that makes a file for wg-quick is no trap", arguments: ["phone-2", "büro", "日本", "..", "Anna's"])
    func goodNames(name: String) throws {
        #expect(try Self.findings(name: name) == [])
    }

    @Test("a tunnel that nothing enters is told: all sites of the network are kept out by its only other one")
    func nothingEnters() throws {
        let findings = try Self.findings(.siteToSite, sites: ["192.168.7.0/24"]) {
            $1.excludedCIDRs = try Samples.prefixes(["192.168.7.0/24"])
        }
        #expect(findings.map(\.code) == [.allowedIPsEmpty])
    }

    @Test("what is just within bounds is no trap")
    func bounds() throws {
        #expect(try Self.findings { network, _ in network.mtu = 1440 } == [])
        #expect(try Self.findings(host: "2001:db8::1") { network, _ in network.mtu = 1420 } == [])
        // The endpoint is in AllowedIPs, but with a default route wg-quick keeps its own packets out.
        #expect(try Self.findings(host: "198.51.100.9") == [])
        #expect(
            try Self.findings(host: "198.51.100.9") {
                $1.excludedCIDRs = try Samples.prefixes(["192.168.0.0/16", "198.51.100.9/32"])
            } == [])
        // With private ranges taken out, what is left still carries the internet of both families.
        #expect(
            try Self.findings {
                $1.excludedCIDRs = try Samples.prefixes(["192.168.0.0/16", "172.16.0.0/12", "fd00::/8"])
            } == [])
        #expect(
            try Self.findings {
                $1.persistentKeepalive = 0
                $1.hubKeepalive = 25
            } == [])
    }

    @Test(
        "a file whose name wg-quick does not take is told with one that it does",
        arguments: [
            ("Anna's phone", "Anna-s-phone"), ("a-name-that-is-far-too-long", "a-name-that-is"),
            ("tablet-2", "tablet-2"), ("日本日本日本日本", "wg0"), ("büro-nord", "b-ro-nord"),
        ])
    func names(name: String, better: String) throws {
        let findings = try Self.findings(name: name)
        #expect(findings.map(\.code) == [.interfaceName])
        let file = ConfigurationFileName.ascii(for: try DisplayName(name))
        #expect(findings.first?.message.contains(" \(file): ") == true, "\(findings)")
        #expect(findings.first?.message.contains(" \(better).conf") == true, "\(findings)")
        #expect(throws: Never.self) { try InterfaceName(better) }
    }
}
