import WGPilotCore
import WGPilotNetlink
import WGPilotProtocol
import WGPilotStore

/// Lets the database take over what somebody did to an interface by hand.
struct DriftAdoption: Sendable {
    let hub: Hub
    let network: Network

    /// Whether the database can take over a difference of this kind.
    static func canAdopt(_ subject: DriftSubject) -> Bool {
        switch subject {
        case .mtu, .listenPort, .peer: true
        // Keys and addresses are in every client's file; whether the interface is there is the network's switch.
        case .interface, .up, .privateKey, .address, .route: false
        }
    }

    /// What of the store takes over a difference, and what is to be said of it.
    struct Step: Sendable {
        let done: String
        let run: @Sendable (WriteOptions) async throws(StoreError) -> Void
    }

    /// Whether the database would take over a difference now; nothing is kept.
    func wouldAdopt(_ subject: DriftSubject) async -> Bool {
        guard Self.canAdopt(subject) else { return false }
        do {
            let step = try await step(for: subject)
            try await step.run(WriteOptions(dryRun: Rehearsal(networks: [])))
            return true
        } catch {
            return false
        }
    }

    /// What takes over what the kernel has at this moment.
    func step(for subject: DriftSubject) async throws(RPCError) -> Step {
        let observed: ObservedInterface?
        do {
            observed = try await hub.kernel.observe(network.interface)
        } catch {
            throw RPCError(error)
        }
        guard let observed else {
            throw RPCError(
                .failedPrecondition, reason: "no_interface", message: "the interface \(network.interface) is not there")
        }
        let name = network.settings.name
        switch subject {
        case .mtu:
            return update("the network \(name) has an MTU of \(observed.mtu) now") { $0.mtu = observed.mtu }
        case .listenPort:
            return update("the network \(name) has the listen port \(observed.listenPort) now") {
                $0.listenPort = observed.listenPort
            }
        case .peer(let key): return try await step(for: observed.peers[key], key)
        case .interface, .up, .privateKey, .address, .route:
            throw RPCError(
                .failedPrecondition, reason: "not_adoptable",
                message: "\(subject) cannot be taken over: change the network itself, or restore it")
        }
    }

    private func update(_ done: String, _ change: @escaping @Sendable (inout NetworkSettings) -> Void) -> Step {
        Step(done: done) { [hub, network] options async throws(StoreError) in
            _ = try await hub.store.updateNetwork(network.id, options: options, change)
        }
    }

    private func step(for observed: ObservedPeer?, _ key: PublicKey) async throws(RPCError) -> Step {
        let stored = try await hub.stored { () async throws(StoreError) in
            try await hub.store.peer(in: network.id, key: key)
        }
        guard let observed else {
            guard let stored else {
                throw RPCError(
                    .failedPrecondition, reason: "not_adoptable",
                    message: "the peer is neither in the kernel nor in the database any more")
            }
            // Somebody removed it: it is kept here, switched off.
            return Step(done: "the peer \(stored.settings.name) is disabled now") {
                [hub, network] options async throws(StoreError) in
                _ = try await hub.store.setPeerEnabled(in: network.id, stored.id, false, options: options)
            }
        }
        let (address, sites) = try split(observed.allowedIPs)
        let name: DisplayName
        if let stored { name = stored.settings.name } else { name = try Self.name(for: key) }
        var settings = PeerSettings(name: name)
        settings.siteNetworks = sites
        try await hub.checkSites(settings, own: network.interface)
        guard let stored else {
            settings.hubKeepalive = observed.persistentKeepalive
            settings.role = sites.isEmpty ? .client : .siteGateway
            var draft = PeerDraft(settings: settings)
            draft.keys = .publicKey(key)
            draft.presharedKey = observed.presharedKey.map { .given($0) } ?? .none
            draft.address = address
            return Step(done: "the peer \(settings.name) with the address \(address) is in the database now") {
                [hub, network, draft] options async throws(StoreError) in
                _ = try await hub.store.createPeer(in: network.id, draft, options: options)
            }
        }
        return Step(done: "the peer \(stored.settings.name) is in the database as it is in the kernel now") {
            [hub, network] options async throws(StoreError) in
            _ = try await hub.store.updatePeer(in: network.id, stored.id, options: options) { edit in
                edit.settings.enabled = true
                edit.settings.hubKeepalive = observed.persistentKeepalive
                edit.settings.siteNetworks = sites
                edit.settings.role = sites.isEmpty ? .client : .siteGateway
                edit.address = address
                edit.presharedKey = observed.presharedKey.map { .set($0) } ?? .remove
            }
        }
    }

    private static func name(for key: PublicKey) throws(RPCError) -> DisplayName {
        let text = key.description.filter { $0.isLetter || $0.isNumber }.prefix(8)
        guard let name = try? DisplayName("adopted-\(text)") else {
            throw RPCError(.internal, reason: "unexpected_error", message: "no name could be made for the peer")
        }
        return name
    }

    /// Parts what a peer may send from into its address and the networks behind it.
    private func split(_ blocks: Set<IPPrefix>) throws(RPCError) -> (IPAddress, [IPPrefix]) {
        let settings = network.settings
        let plan = try hub.plan(of: network)
        let own = blocks.filter { $0.length == $0.address.bitWidth && settings.contains($0) }
        let sites = blocks.subtracting(own).sorted()
        var numbers: Set<Int64> = []
        for block in own {
            do {
                numbers.insert(try plan.number(of: block.address))
            } catch {
                throw Self.unfit(error.message)
            }
        }
        guard let address = own.map(\.address).min(), let number = numbers.first, numbers.count == 1 else {
            throw Self.unfit("its AllowedIPs hold not just one address of the network's subnet")
        }
        guard Set(own.map(\.address)) == Set(plan.addresses(number)) else {
            throw Self.unfit(
                "its AllowedIPs lack \(plan.addresses(number).map(\.description).joined(separator: " or "))")
        }
        return (address, sites)
    }

    private static func unfit(_ why: String) -> RPCError {
        RPCError(
            .failedPrecondition, reason: "not_adoptable",
            message: "the peer cannot be taken over as it is in the kernel: \(why)")
    }
}

extension NetworkSettings {
    fileprivate func contains(_ block: IPPrefix) -> Bool {
        subnet.contains(block) || subnet6?.contains(block) == true
    }
}
