import Testing
import WGPilotCore

@Suite("Which blocks belong to a peer")
struct AllowedIPsPolicyTests {
    @Test(
        "the hub takes from a peer its own addresses, and in a site-to-site network what stands behind it",
        arguments: [
            (NetworkMode.gateway, ["10.8.0.2/32", "fd00:8::2/128"]), (.hubRouted, ["10.8.0.2/32", "fd00:8::2/128"]),
            (.siteToSite, ["10.8.0.2/32", "fd00:8::2/128", "192.168.2.0/24", "192.168.1.0/24"]),
        ])
    func hubSide(mode: NetworkMode, expected: [String]) throws {
        let blocks = AllowedIPsPolicy.hubSide(
            mode: mode, addresses: try Samples.addresses(["10.8.0.2", "fd00:8::2"]),
            siteNetworks: try Samples.prefixes(["192.168.2.0/24", "192.168.1.0/24"]))
        #expect(blocks.map(\.description) == expected)
    }

    /// What a client of a dual-stack network is given.
    private static func clientSide(
        _ mode: NetworkMode, tunnel: TunnelScope = .full, custom: [String] = [], otherSites: [String] = [],
        _ change: (inout PeerSettings) throws -> Void = { _ in }
    ) throws -> [String] {
        var network = try Samples.network(mode, subnet6: "fd00:8::/64")
        network.tunnel = tunnel
        network.customCIDRs = try Samples.prefixes(custom)
        var peer = try Samples.peer()
        try change(&peer)
        return AllowedIPsPolicy.clientSide(
            network: network, peer: peer, otherSites: try Samples.prefixes(otherSites)
        ).map(\.description)
    }

    @Test("gateway, full tunnel: everything, and nothing beside it")
    func fullTunnel() throws {
        #expect(try Self.clientSide(.gateway) == ["0.0.0.0/0", "::/0"])
        #expect(try Self.clientSide(.gateway, custom: ["172.16.0.0/12"]) == ["0.0.0.0/0", "::/0"])
        #expect(try Self.clientSide(.gateway, tunnel: .split) { $0.tunnel = .full } == ["0.0.0.0/0", "::/0"])
    }

    @Test("gateway, split tunnel: the subnets, the network's blocks, the client's own, in this order and each once")
    func splitTunnel() throws {
        #expect(try Self.clientSide(.gateway, tunnel: .split) == ["10.8.0.0/24", "fd00:8::/64"])
        #expect(
            try Self.clientSide(.gateway, tunnel: .split, custom: ["192.168.9.0/24", "172.16.0.0/12"]) {
                $0.extraCIDRs = try Samples.prefixes(["10.99.0.0/16", "192.168.9.0/24", "10.8.0.0/24"])
            } == ["10.8.0.0/24", "fd00:8::/64", "192.168.9.0/24", "172.16.0.0/12", "10.99.0.0/16"])
        #expect(try Self.clientSide(.gateway) { $0.tunnel = .split } == ["10.8.0.0/24", "fd00:8::/64"])
    }

    @Test("site-to-site: the other sites in order, each once, and for a site gateway never its own")
    func siteToSite() throws {
        let sites = ["192.168.3.0/24", "192.168.1.0/24", "192.168.3.0/24", "fd01::/64"]
        #expect(
            try Self.clientSide(.siteToSite, otherSites: sites) == ["192.168.3.0/24", "192.168.1.0/24", "fd01::/64"])
        #expect(
            try Self.clientSide(.siteToSite, otherSites: sites) {
                $0.role = .siteGateway
                $0.siteNetworks = try Samples.prefixes(["192.168.1.0/24"])
            } == ["192.168.3.0/24", "fd01::/64"])
    }

    @Test("site-to-site without another site: the subnets, so that the tunnel is of some use")
    func siteToSiteAlone() throws {
        #expect(try Self.clientSide(.siteToSite) == ["10.8.0.0/24", "fd00:8::/64"])
        #expect(
            try Self.clientSide(.siteToSite, otherSites: ["192.168.1.0/24"]) {
                $0.role = .siteGateway
                $0.siteNetworks = try Samples.prefixes(["192.168.1.0/24"])
            } == ["10.8.0.0/24", "fd00:8::/64"])
    }

    @Test("hub-routed: the subnets, and nothing of what other modes have")
    func hubRouted() throws {
        #expect(
            try Self.clientSide(.hubRouted, tunnel: .split, custom: ["172.16.0.0/12"], otherSites: ["192.168.1.0/24"])
                == ["10.8.0.0/24", "fd00:8::/64"])
    }

    @Test("a network without IPv6 names no IPv6 block", arguments: [NetworkMode.hubRouted, .siteToSite])
    func withoutSubnet6(mode: NetworkMode) throws {
        let blocks = AllowedIPsPolicy.clientSide(
            network: try Samples.network(mode), peer: try Samples.peer(), otherSites: [])
        #expect(blocks.map(\.description) == ["10.8.0.0/24"])
    }
}
