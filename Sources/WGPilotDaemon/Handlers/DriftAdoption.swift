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

    /// Takes over what the kernel has at this moment.
    func adopt(_ subject: DriftSubject) async throws(RPCError) {
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
        switch subject {
        case .mtu: try await update { $0.mtu = observed.mtu }
        case .listenPort: try await update { $0.listenPort = observed.listenPort }
        case .peer(let key): try await adopt(observed.peers[key], key)
        case .interface, .up, .privateKey, .address, .route:
            throw RPCError(
                .failedPrecondition, reason: "not_adoptable",
                message: "\(subject) cannot be taken over: change the network itself, or restore it")
        }
    }

    private func update(_ change: @escaping @Sendable (inout NetworkSettings) -> Void) async throws(RPCError) {
        _ = try await hub.stored { () async throws(StoreError) in
            try await hub.store.updateNetwork(network.id, change)
        }
    }

    private func adopt(_ observed: ObservedPeer?, _ key: PublicKey) async throws(RPCError) {
        let stored = try await hub.stored { () async throws(StoreError) in
            try await hub.store.peer(in: network.id, key: key)
        }
        guard let observed else {
            // Somebody removed it: it is kept here, switched off.
            if let stored {
                _ = try await hub.stored { () async throws(StoreError) in
                    try await hub.store.setPeerEnabled(in: network.id, stored.id, false)
                }
            }
            return
        }
        let (address, sites) = try split(observed.allowedIPs)
        guard let stored else {
            let text = key.description.filter { $0.isLetter || $0.isNumber }.prefix(8)
            guard let name = try? DisplayName("adopted-\(text)") else {
                throw RPCError(.internal, reason: "name", message: "no name could be made for the peer")
            }
            var settings = PeerSettings(name: name)
            settings.hubKeepalive = observed.persistentKeepalive
            settings.siteNetworks = sites
            settings.role = sites.isEmpty ? .client : .siteGateway
            var draft = PeerDraft(settings: settings)
            draft.keys = .publicKey(key)
            draft.presharedKey = observed.presharedKey.map { .given($0) } ?? .none
            draft.address = address
            _ = try await hub.stored { [draft] () async throws(StoreError) in
                try await hub.store.createPeer(in: network.id, draft)
            }
            return
        }
        _ = try await hub.stored { () async throws(StoreError) in
            try await hub.store.updatePeer(in: network.id, stored.id) { edit in
                edit.settings.enabled = true
                edit.settings.hubKeepalive = observed.persistentKeepalive
                edit.settings.siteNetworks = sites
                edit.settings.role = sites.isEmpty ? .client : .siteGateway
                edit.address = address
                edit.presharedKey = observed.presharedKey.map { .set($0) } ?? .remove
            }
        }
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
