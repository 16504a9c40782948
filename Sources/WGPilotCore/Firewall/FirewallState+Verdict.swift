extension FirewallState {
    /// Where an address is, as seen from the hub.
    private enum Place {
        /// The hub's own address in a network.
        case hub(FirewallNetwork)
        /// Another address of the machine: what comes for it goes by the same chain as what is for the hub.
        case machine
        /// In a network: its subnets, or the networks behind its site gateways.
        case network(FirewallNetwork)
        /// In what is switched off: a network, or the networks behind a site gateway.
        case switchedOff
        /// In no network of the hub.
        case outside

        var isSwitchedOff: Bool { if case .switchedOff = self { true } else { false } }
    }

    /// Whether a conversation that begins so would pass the hub: what ``FirewallRuleset`` makes the kernel do, told
    /// without the kernel.
    ///
    /// By which interface the packet comes and goes is told by the networks' blocks; an address in none of them is
    /// taken for one beyond the hub. What the hub itself begins is not filtered.
    ///
    /// - Parameters:
    ///   - query: The question.
    ///   - machine: The machine's addresses, on whichever interface and of whichever scope; the hub's own in its networks
    ///     need not be among them.
    public func verdict(for query: FirewallQuery, machine: Set<IPAddress> = []) -> FirewallVerdict {
        guard query.source.isV4 == query.destination.isV4 else {
            return FirewallVerdict(false, .topology, "the two addresses are of different families")
        }
        switch (place(of: query.source, machine), place(of: query.destination, machine)) {
        case (.switchedOff, _), (_, .switchedOff):
            let end = place(of: query.source, machine).isSwitchedOff ? query.source : query.destination
            return FirewallVerdict(
                false, .topology, "\(end) belongs to a network or to a site of the hub that is switched off")
        case (.hub, _), (.machine, _):
            return FirewallVerdict(true, .topology, "\(query.source) is the hub itself, which is not filtered")
        case (.network, _) where query.destination.isLoopback:
            return FirewallVerdict(
                false, .topology, "\(query.destination) is reached from the machine itself alone (loopback)")
        case (.network(let from), .machine):
            return access(query, from, .defaultAllow, "\(query.destination) is an address of the machine itself")
        case (.outside, .outside), (.outside, .hub), (.outside, .machine):
            return FirewallVerdict(
                true, .topology, "\(query.source) is in no network of the hub, and only those are filtered")
        case (.outside, .network(let to)):
            return FirewallVerdict(
                false, .topology, "nobody outside may begin a conversation with the peers of \(to.interface)")
        case (.network(let from), .outside):
            guard from.reachesOutside else {
                return FirewallVerdict(
                    false, .topology, "\(from.interface) is \(from.mode.rawValue) and leads to no address outside")
            }
            return access(query, from, .defaultAllow, "\(from.interface) leads to addresses outside")
        case (.network(let from), .hub(let to)) where from.interface == to.interface:
            return access(
                query, from, .defaultAllow, "\(query.destination) is the hub's own address in \(to.interface)")
        case (.network(let from), .network(let to)) where from.interface == to.interface:
            let inSite = { (address: IPAddress) in from.siteNetworks.contains { $0.contains(address) } }
            if from.peersMayTalk {
                return access(query, from, .defaultAllow, "the peers of \(from.interface) may talk to each other")
            }
            if from.mode == .siteToSite, inSite(query.source) || inSite(query.destination) {
                return access(query, from, .defaultAllow, "\(from.interface) connects its sites and its peers")
            }
            return FirewallVerdict(false, .topology, "the peers of \(from.interface) may not talk to each other")
        case (.network(let from), .hub(let to)), (.network(let from), .network(let to)):
            guard let bridge = bridge(from: from.interface, to: to.interface, reaching: query.destination) else {
                return FirewallVerdict(
                    false, .noBridge,
                    "no bridge lets \(from.interface) begin a conversation with \(query.destination) in "
                        + "\(to.interface)")
            }
            return access(
                query, from, .bridge(bridge.id),
                "bridge \(bridge.id) lets \(from.interface) reach \(query.destination) in \(to.interface)")
        }
    }

    /// The narrowest block that holds the address says where it is.
    private func place(of address: IPAddress, _ machine: Set<IPAddress>) -> Place {
        for network in networks where network.hubAddresses.contains(address) { return .hub(network) }
        if machine.contains(address) || address.isLoopback { return .machine }
        var best: (length: UInt8, network: FirewallNetwork)?
        for network in networks {
            for block in network.subnets + network.siteNetworks
            where block.contains(address) && (best.map { $0.length < block.length } ?? true) {
                best = (block.length, network)
            }
        }
        if let best { return .network(best.network) }
        return switchedOff.contains { $0.contains(address) } ? .switchedOff : .outside
    }

    /// What the access rules make of what the topology allows.
    private func access(
        _ query: FirewallQuery, _ from: FirewallNetwork, _ otherwise: FirewallVerdict.Decision, _ reason: String
    ) -> FirewallVerdict {
        let source = access.sources.first { $0.blocks.contains { $0.contains(query.source) } }
        let lists = access.known(source?.lists ?? access.networks[from.interface].map { [$0] } ?? [])
        var partial: [ResolvedAccessRule] = []
        for rule in lists.flatMap({ access.lists[$0].rules }) where rule.reaches(query.destination) {
            switch rule.service.coverage(of: query) {
            case .none: continue
            case .some: partial.append(rule)
            case .all:
                let isAllowed = rule.action == .allow
                return settled(
                    isAllowed, .rule(rule.id), "access rule \(rule.id) \(isAllowed ? "allows" : "denies") it", partial)
            }
        }
        return settled(true, otherwise, "\(reason), and no access rule denies it", partial)
    }

    private func settled(
        _ isAllowed: Bool, _ decision: FirewallVerdict.Decision, _ reason: String, _ partial: [ResolvedAccessRule]
    ) -> FirewallVerdict {
        let exceptions = partial.filter { ($0.action == .allow) != isAllowed }.map(\.id)
        let numbers = exceptions.map(String.init).joined(separator: ", ")
        return FirewallVerdict(
            isAllowed, decision,
            exceptions.isEmpty ? reason : "\(reason), but for what access rules \(numbers) single out",
            exceptions: exceptions)
    }
}

extension IPAddress {
    /// Whether it is the machine talking to itself: the kernel takes such a packet from no other interface (RFC 1122
    /// §3.2.1.3, RFC 4291 §2.5.3).
    fileprivate var isLoopback: Bool { isV4 ? number >> 24 == 127 : number == 1 }
}

extension ResolvedAccessRule {
    /// Whether it is about conversations with the address.
    fileprivate func reaches(_ address: IPAddress) -> Bool {
        destinations.map { $0.contains { $0.contains(address) } } ?? true
    }
}

extension AccessService {
    /// How much of what is asked about a service covers.
    fileprivate enum Coverage {
        case none, some, all
    }

    fileprivate func coverage(of query: FirewallQuery) -> Coverage {
        if transport == .any { return .all }
        if query.transport == .any { return .some }
        if query.transport != transport { return .none }
        if ports.isEmpty { return .all }
        guard let port = query.port else { return .some }
        return ports.contains { $0.contains(port) } ? .all : .none
    }
}
