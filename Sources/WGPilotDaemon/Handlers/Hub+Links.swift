import WGPilotCore
import WGPilotNetlink
import WGPilotProtocol
import WGPilotStore

extension Hub {
    /// The machine's interfaces.
    func links() async throws(RPCError) -> [LinkInfo] {
        do {
            return try await kernel.links()
        } catch {
            throw RPCError(error)
        }
    }

    /// The WireGuard interfaces that are not ours; they are left alone.
    func foreignInterfaces() async throws(RPCError) -> [String] {
        let links = (try? await kernel.links()) ?? []
        let owned = Set(
            try await stored { () async throws(StoreError) in try await store.ownedInterfaces() }.map(\.description))
        return links.filter { $0.kind == "wireguard" && !owned.contains($0.name) }.map(\.name)
    }

    /// The machine's routes.
    func routes() async throws(RPCError) -> [HostRoute] {
        do {
            return try await reconciler.host.routes()
        } catch {
            throw RPCError(error)
        }
    }

    /// What of the machine is not this hub's own doing, for ``check(_:against:own:)``: of its own networks and of their
    /// sites the store knows more, and names them.
    func surroundings() async throws(RPCError) -> Surroundings {
        let links = try await links()
        let routes = try await routes()
        let owned = Set(
            try await stored { () async throws(StoreError) in try await store.ownedInterfaces() }.map(\.description))
        return Surroundings(
            links: links.filter { !owned.contains($0.name) },
            routes: routes.filter { !$0.isOwn && !owned.contains($0.interface ?? "") })
    }

    /// Interfaces and routes of others.
    struct Surroundings {
        var links: [LinkInfo]
        var routes: [HostRoute]
    }

    /// Refuses a subnet that the machine already reaches by another interface: routes would be ambiguous, and the hub
    /// could lose the way to itself.
    func check(
        _ settings: NetworkSettings, against surroundings: Surroundings, own: InterfaceName?
    ) throws(RPCError) {
        let subnet6 = settings.subnet6.map { [(NetworkField.subnet6.rawValue, $0)] } ?? []
        try check([(NetworkField.subnet.rawValue, settings.subnet)] + subnet6, against: surroundings, own: own)
    }

    /// Refuses networks behind a site gateway that the machine reaches by another interface: the route into the tunnel
    /// would take the hub's own uplink away.
    func checkSites(_ settings: PeerSettings, own: InterfaceName) async throws(RPCError) {
        if settings.siteNetworks.isEmpty { return }
        try checkSites(settings, against: try await surroundings(), own: own)
    }

    func checkSites(
        _ settings: PeerSettings, against surroundings: Surroundings, own: InterfaceName?
    ) throws(RPCError) {
        let blocks = settings.siteNetworks.enumerated().map { index, block in
            ("\(PeerField.siteNetworks.rawValue)[\(index)]", block)
        }
        try check(blocks, against: surroundings, own: own)
    }

    /// As for one peer, for all peers of a network that is to be switched on; the first refusal names its peer.
    func checkSites(of network: Network, against surroundings: Surroundings) async throws(RPCError) {
        for overlap in try await siteOverlaps(of: network, surroundings) {
            throw RPCError(
                .failedPrecondition, reason: "overlap", message: overlap,
                fields: [FieldViolation(field: PeerField.siteNetworks.rawValue, message: overlap)])
        }
    }

    /// What of a network and of the sites in it the machine reaches by another interface, one sentence each.
    func overlaps(of network: Network, _ surroundings: Surroundings) async throws(RPCError) -> [String] {
        let subnets = [network.settings.subnet, network.settings.subnet6].compactMap(\.self).map { ("subnet", $0) }
        let found = Self.overlaps(subnets, surroundings, own: network.interface).map(\.message)
        return found + (try await siteOverlaps(of: network, surroundings))
    }

    private func siteOverlaps(of network: Network, _ surroundings: Surroundings) async throws(RPCError) -> [String] {
        let sites = try await stored { () async throws(StoreError) in try await store.enabledSites(in: network.id) }
        return Self.overlaps(
            sites.map { ("peer \($0.peer.quotedForMessage)", $0.block) }, surroundings, own: network.interface
        ).map { "\($0.field): \($0.message)" }
    }

    private func check(
        _ blocks: [(field: String, block: IPPrefix)], against surroundings: Surroundings, own: InterfaceName?
    ) throws(RPCError) {
        let violations = Self.overlaps(blocks, surroundings, own: own)
        if violations.isEmpty { return }
        throw RPCError(
            .failedPrecondition, reason: "overlap", message: violations.map(\.message).joined(separator: "; "),
            fields: violations)
    }

    private static func overlaps(
        _ blocks: [(field: String, block: IPPrefix)], _ surroundings: Surroundings, own: InterfaceName?
    ) -> [FieldViolation] {
        var taken: [(block: IPPrefix, what: String)] = []
        for link in surroundings.links where link.name != own?.description {
            taken += link.globalAddresses.map { ($0.prefix, "of the interface \(link.name.quotedForMessage)") }
        }
        for route in surroundings.routes where route.interface == nil || route.interface != own?.description {
            let through = route.interface.map { " through \($0.quotedForMessage)" } ?? ""
            taken.append((route.destination, "which this machine has a route to\(through)"))
        }
        var violations: [FieldViolation] = []
        for (field, block) in blocks {
            guard let other = taken.first(where: { $0.block.overlaps(block) }) else { continue }
            let comma = other.what.hasPrefix("which") ? "," : ""
            violations.append(
                FieldViolation(field: field, message: "\(block) overlaps \(other.block)\(comma) \(other.what)"))
        }
        return violations
    }
}
