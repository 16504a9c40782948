import WGPilotCore

/// Networks as the firewall sees them, each with the addresses that its place gives it: the first has 10.8.0.0/24, the
/// second 10.9.0.0/24, and so on.
enum FirewallSamples {
    static func network(
        _ place: Int = 0, name: String? = nil, mode: NetworkMode = .gateway, dualStack: Bool = false,
        sites: [String] = [], nat: Bool = false, peersMayTalk: Bool = false
    ) throws -> FirewallNetwork {
        let second = 8 + place
        var subnets = [try IPPrefix("10.\(second).0.0/24")]
        var hub = [try address("10.\(second).0.1")]
        if dualStack {
            subnets.append(try IPPrefix("fd00:\(second)::/64"))
            hub.append(try address("fd00:\(second)::1"))
        }
        return FirewallNetwork(
            interface: try InterfaceName(name ?? "wg\(place)"), mode: mode, subnets: subnets, hubAddresses: hub,
            siteNetworks: try sites.map { try IPPrefix($0) }, nat: nat, peersMayTalk: peersMayTalk)
    }

    static func bridge(
        _ id: Int64, _ from: String, _ to: String, _ destinations: [String] = []
    ) throws -> FirewallBridge {
        FirewallBridge(
            id: id, from: try InterfaceName(from), to: try InterfaceName(to),
            destinations: try destinations.map { try IPPrefix($0) })
    }

    static func rule(
        _ id: Int64, _ action: AccessAction, _ destinations: [String]? = nil,
        _ transport: AccessService.TransportProtocol = .any, _ ports: [ClosedRange<UInt16>] = []
    ) throws -> ResolvedAccessRule {
        ResolvedAccessRule(
            id: id, action: action, destinations: try destinations?.map { try IPPrefix($0) },
            service: try AccessService(transport, ports: ports))
    }

    static func source(_ blocks: [String], _ lists: [Int]) throws -> AccessSource {
        AccessSource(blocks: try blocks.map { try IPPrefix($0) }, lists: lists)
    }

    static func address(_ text: String) throws -> IPAddress {
        guard let address = IPAddress(text) else { throw InvalidValue("\(text) is no address") }
        return address
    }
}
