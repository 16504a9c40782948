import WGPilotCore
import WGPilotTestSupport

extension NftablesSamples {
    /// Three networks of any mode, with bridges and access rules.
    static func state(_ generator: inout SeededGenerator) throws -> FirewallState {
        let networks = try (0..<3).map { number in
            try network(
                number, mode: pick(NetworkMode.allCases, &generator), nat: .random(using: &generator),
                peersMayTalk: .random(using: &generator))
        }
        var state = FirewallState(networks: networks)
        for id in 0..<Int.random(in: 0...4, using: &generator) {
            let (from, to) = (pick(networks, &generator), pick(networks, &generator))
            guard from.interface != to.interface else { continue }
            let blocks = Bool.random(using: &generator) ? [] : try destinations(&generator)
            state.bridges.append(
                FirewallBridge(id: Int64(id), from: from.interface, to: to.interface, destinations: blocks))
        }
        for owner in 0..<4 {
            let rules = try (0..<Int.random(in: 0...5, using: &generator)).map { number in
                ResolvedAccessRule(
                    id: Int64(10 * owner + number), action: pick(AccessAction.allCases, &generator),
                    destinations: Int.random(in: 0..<4, using: &generator) == 0 ? nil : try destinations(&generator),
                    service: try service(&generator))
            }
            state.access.lists.append(AccessList(owner: .peer(Int64(owner)), rules: rules))
        }
        for network in networks {
            if Bool.random(using: &generator) {
                state.access.networks[network.interface] = Int.random(in: 0..<4, using: &generator)
            }
            let lists = { (generator: inout SeededGenerator) in
                (0..<Int.random(in: 0...3, using: &generator)).map { _ in Int.random(in: 0..<4, using: &generator) }
            }
            state.access.sources.append(
                AccessSource(
                    blocks: network.subnets.map { $0.host(2).hostPrefix } + network.siteNetworks,
                    lists: lists(&generator)))
            state.access.sources.append(
                AccessSource(blocks: network.subnets.map { $0.host(3).hostPrefix }, lists: lists(&generator)))
        }
        return state
    }

    /// A conversation, and the interface that it begins by.
    static func query(
        _ generator: inout SeededGenerator, _ state: FirewallState
    ) throws -> (FirewallQuery, String) {
        let isV4 = Bool.random(using: &generator)
        let outside = try address(isV4 ? "198.51.100.7" : "2001:db8::7")
        let peer = { (network: FirewallNetwork, generator: inout SeededGenerator) in
            let blocks = (network.subnets + network.siteNetworks).filter { $0.address.isV4 == isV4 }
            return pick(blocks, &generator).host(Int.random(in: 2...5, using: &generator))
        }
        let from = pick(state.networks, &generator)
        let comesFromOutside = Int.random(in: 0..<8, using: &generator) == 0
        let source = comesFromOutside ? outside : peer(from, &generator)
        let to = pick(state.networks, &generator)
        var destination = peer(to, &generator)
        var transport = pick([AccessService.TransportProtocol.tcp, .udp, .icmp], &generator)
        switch Int.random(in: 0..<8, using: &generator) {
        case 0...1 where !comesFromOutside: destination = try address(isV4 ? "198.51.100.9" : "2001:db8::9")
        case 2, 3:
            destination = pick(to.hubAddresses.filter { $0.isV4 == isV4 }, &generator)
            // Of a datagram to a port that nobody holds the kernel tells only so often.
            if transport == .udp { transport = .tcp }
        default: break
        }
        return (
            FirewallQuery(
                source: source, destination: destination, transport: transport,
                port: pick([22, 53, 80], &generator)),
            comesFromOutside ? "out0" : from.interface.description
        )
    }

    private static func destinations(_ generator: inout SeededGenerator) throws -> [IPPrefix] {
        try (0..<Int.random(in: 0...4, using: &generator)).map { _ in
            let number = Int.random(in: 0..<3, using: &generator)
            let kind = pick([20, 21], &generator)
            let host = Int.random(in: 0...5, using: &generator)
            return switch Int.random(in: 0..<8, using: &generator) {
            case 0: try v4(kind, number)
            case 1: try v6(kind, number)
            case 2: IPPrefix(masking: try v4(kind, number).host(host), length: 30)
            case 3: IPPrefix(masking: try v6(kind, number).host(host), length: 126)
            case 4: try v4(kind, number).host(host).hostPrefix
            case 5: try v6(kind, number).host(host).hostPrefix
            case 6: Bool.random(using: &generator) ? .everyV4 : .everyV6
            default: try IPPrefix("198.51.100.0/24")
            }
        }
    }

    private static func service(_ generator: inout SeededGenerator) throws -> AccessService {
        let ports: [ClosedRange<UInt16>] = pick([[], [22...22], [20...53], [80...80, 53...53]], &generator)
        return switch Int.random(in: 0..<4, using: &generator) {
        case 0: .any
        case 1: try AccessService(.tcp, ports: ports)
        case 2: try AccessService(.udp, ports: ports)
        default: try AccessService(.icmp)
        }
    }

    private static func pick<Element>(_ elements: [Element], _ generator: inout SeededGenerator) -> Element {
        elements[Int.random(in: elements.indices, using: &generator)]
    }
}

extension IPPrefix {
    /// The address of a host of the block.
    fileprivate func host(_ number: Int) -> IPAddress {
        switch address {
        case .v4(let address): .v4(IPv4Address(rawValue: address.rawValue + UInt32(number)))
        case .v6(let address): .v6(IPv6Address(rawValue: address.rawValue + UInt128(number)))
        }
    }
}
