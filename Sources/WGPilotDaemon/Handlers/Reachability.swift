import WGPilotCore
import WGPilotNetlink
import WGPilotProtocol
import WGPilotStore

/// Answers whether one reaches another, and what decides.
struct Reachability: Sendable {
    let hub: Hub

    /// One end of a question.
    private struct End {
        var addresses: [IPAddress]
        var peer: (network: Network, peer: Peer)?

        /// Why nothing reaches it, nor comes from it, whatever the rules say.
        var switchedOff: String? {
            guard let (network, peer) = peer else { return nil }
            if !network.settings.enabled { return "the network \(network.settings.name) is disabled" }
            return peer.settings.enabled ? nil : "the peer \(peer.settings.name) is disabled"
        }
    }

    func answer(_ request: ReachRequest) async throws -> ReachReply {
        let source = try await end(request.source, "source")
        let destination = try await end(request.destination, "destination")
        var reader = FieldReader()
        let transport = reader.read("protocol", request.transport, AccessService.TransportProtocol.init) ?? .any
        let port = reader.read("port", request.port, FieldReader.port)
        if port != nil && transport != .tcp && transport != .udp { reader.add("port", "ports are for tcp and udp") }
        try reader.check()
        let firewall = try await hub.stored { () async throws(StoreError) in
            try await hub.store.desiredFirewall()
        }
        let switchedOff = source.switchedOff ?? destination.switchedOff
        let machine = Set(try await hub.links().flatMap { $0.addresses.map(\.address.address) })
        var paths: [ReachMessage] = []
        var exceptions: Set<Int64> = []
        for from in source.addresses {
            for to in destination.addresses where to.isV4 == from.isV4 {
                if let switchedOff {
                    paths.append(
                        ReachMessage(
                            source: from.description, destination: to.description, allowed: false, reason: switchedOff))
                    continue
                }
                let verdict = firewall.verdict(
                    for: FirewallQuery(source: from, destination: to, transport: transport, port: port),
                    machine: machine)
                paths.append(ReachMessage(from, to, verdict))
                exceptions.formUnion(verdict.exceptions)
            }
        }
        if paths.isEmpty {
            throw RPCError.invalidFields([
                FieldViolation(
                    field: "destination", message: "the two have no addresses of one family: IPv4 and IPv6 do not meet")
            ])
        }
        var notes = try await notes(source, destination)
        if !exceptions.isEmpty {
            let rules = exceptions.sorted().map(String.init).joined(separator: ", ")
            notes.append("for some protocols or ports these rules say otherwise: \(rules)")
        }
        return ReachReply(paths: paths, notes: notes)
    }

    /// What the rules do not tell: that the client sends it elsewhere.
    private func notes(_ source: End, _ destination: End) async throws -> [String] {
        var notes: [String] = []
        if let (network, peer) = source.peer {
            let (sites, bridged) = try await hub.stored { () async throws(StoreError) in
                try await (
                    hub.store.otherSites(in: network.id, excluding: peer.id), hub.store.bridgedBlocks(of: network.id)
                )
            }
            let blocks = AllowedIPsPolicy.clientSide(
                network: network.settings, peer: peer.settings, otherSites: sites, bridged: bridged)
            for address in destination.addresses where !blocks.contains(where: { $0.contains(address) }) {
                notes.append(
                    "the client of \(peer.settings.name) does not send \(address) into the tunnel (AllowedIPs)")
            }
        }
        return notes
    }

    private func end(_ text: String, _ field: String) async throws -> End {
        if let address = IPAddress(text) {
            let peer = try await hub.stored { () async throws(StoreError) in try await hub.store.peer(at: address) }
            return End(addresses: [address], peer: peer)
        }
        let (network, peer) = try await hub.peer(path: text, field: field)
        return End(addresses: peer.addresses(in: try hub.plan(of: network)), peer: (network, peer))
    }
}

extension ReachMessage {
    fileprivate init(_ source: IPAddress, _ destination: IPAddress, _ verdict: FirewallVerdict) {
        var (rule, bridge): (Int64?, Int64?) = (nil, nil)
        switch verdict.decidedBy {
        case .rule(let id): rule = id
        case .bridge(let id): bridge = id
        default: break
        }
        self.init(
            source: source.description, destination: destination.description, allowed: verdict.isAllowed,
            reason: verdict.explanation, rule: rule, bridge: bridge)
    }
}
