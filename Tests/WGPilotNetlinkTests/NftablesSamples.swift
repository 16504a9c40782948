import WGPilotCore

/// Networks for the packet filter of a real kernel, whose interfaces need not be there.
enum NftablesSamples {
    /// 172.20.N.0/24 and fd00:20:N::/64 on fwN, and for a site-to-site network 172.21.N.0/24 and fd00:21:N::/64 behind it.
    static func network(
        _ number: Int, mode: NetworkMode = .gateway, nat: Bool = false, peersMayTalk: Bool = false
    ) throws -> FirewallNetwork {
        FirewallNetwork(
            interface: try InterfaceName("fw\(number)"), mode: mode, subnets: [try v4(20, number), try v6(20, number)],
            hubAddresses: [try address("172.20.\(number).1"), try address("fd00:20:\(number)::1")],
            siteNetworks: mode == .siteToSite ? [try v4(21, number), try v6(21, number)] : [], nat: nat,
            peersMayTalk: peersMayTalk)
    }

    static func v4(_ kind: Int, _ number: Int) throws -> IPPrefix { try IPPrefix("172.\(kind).\(number).0/24") }

    static func v6(_ kind: Int, _ number: Int) throws -> IPPrefix { try IPPrefix("fd00:\(kind):\(number)::/64") }

    static func address(_ text: String) throws -> IPAddress {
        guard let address = IPAddress(text) else { throw InvalidValue("\(text) is no address") }
        return address
    }

    /// So many peers of a /16 with a list of their own or the network's, and so many rules, each a line of its own: no two
    /// neighbours can be joined.
    static func large(peers: Int, rules: Int) throws -> FirewallState {
        let list = try (0..<rules).map { number in
            let network = IPAddress.v4(IPv4Address(rawValue: 0x0B00_0000 + UInt32(number) << 8))
            return ResolvedAccessRule(
                id: Int64(number), action: number.isMultiple(of: 2) ? .allow : .deny,
                destinations: [IPPrefix(masking: network, length: 24)],
                service: try AccessService(.tcp, ports: [443...443]))
        }
        let sources = (0..<peers).map { number in
            AccessSource(
                blocks: [
                    IPAddress.v4(IPv4Address(rawValue: 0x0A14_0002 + UInt32(number) * 2)).hostPrefix,
                    IPAddress.v6(IPv6Address(rawValue: 0xFD00 << 112 | UInt128(number + 2))).hostPrefix,
                ], lists: number.isMultiple(of: 2) ? [0] : [0, 1])
        }
        var network = try network(0)
        network.subnets = [try IPPrefix("10.20.0.0/14"), try IPPrefix("fd00::/64")]
        network.hubAddresses = [try address("10.20.0.1"), try address("fd00::1")]
        return FirewallState(
            networks: [network],
            access: AccessPolicy(
                lists: [AccessList(owner: .tag("a"), rules: list), AccessList(owner: .network(1), rules: [])],
                sources: sources, networks: [network.interface: 1]))
    }
}
