import WGPilotCore
import WGPilotNetlink
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore

/// Serves ``NetworksService``: reads the request, lets the store decide, brings the outcome to the kernel.
struct NetworksHandler: Sendable {
    let hub: Hub

    func register(in router: inout RPCRouter) {
        router.register(NetworksService.list) { _, _ in try await list() }
        router.register(NetworksService.get) { request, _ in
            NetworkReply(network: try await message(try await hub.network(request.network)))
        }
        router.register(NetworksService.create) { request, context in
            let call = try Call(context, creating: request, target: request.name, options: request.options)
            return try await hub.once(call) { id in
                try await again(id, request.options)
            } create: {
                try await create(request, call)
            }
        }
        router.register(NetworksService.update) { request, context in
            try await update(request, Call(context, target: request.network, options: request.options))
        }
        router.register(NetworksService.delete) { request, context in
            try await delete(request, Call(context, target: request.network, options: request.options))
        }
        router.register(NetworksService.enable) { request, context in
            let call = Call(context, target: request.network, options: request.options)
            return try await setEnabled(request, true, call)
        }
        router.register(NetworksService.disable) { request, context in
            let call = Call(context, target: request.network, options: request.options)
            return try await setEnabled(request, false, call)
        }
        router.register(NetworksService.importNetwork) { request, context in
            let call = try Call(context, creating: request, target: request.name, options: request.options)
            return try await hub.once(call) { id in
                try await importedAgain(id, request.options)
            } create: {
                try await importNetwork(request, call)
            }
        }
        router.register(NetworksService.regenerateKeys) { request, context in
            let call = Call(context, target: request.network, options: request.options)
            return try await regenerateKeys(request, call)
        }
        router.register(NetworksService.export) { request, _ in try await export(request) }
    }

    private func list() async throws -> ListNetworksReply {
        let networks = try await hub.stored { () async throws(StoreError) in try await hub.store.networks() }
        let links = try? await hub.kernel.links()
        var messages: [NetworkMessage] = []
        for network in networks { messages.append(try await message(network, links)) }
        return ListNetworksReply(networks: messages)
    }

    private func create(_ request: CreateNetworkRequest, _ call: Call) async throws -> NetworkReply {
        let links = try await hub.links()
        let surroundings = try await hub.surroundings()
        let takenInterfaces = Set(links.compactMap { try? InterfaceName($0.name) })
        var attempts = 0
        while true {
            let settings = try await NetworkSettings(request, defaultPort: nextFreePort)
            try hub.check(settings, against: surroundings, own: nil)
            if settings.enabled { try await check(port: settings.listenPort, own: nil) }
            do {
                return try await reply(
                    hub.change(call, request.options) { options async throws(StoreError) in
                        try await hub.store.createNetwork(
                            NetworkDraft(settings: settings, listenPort: settings.listenPort),
                            takenInterfaces: takenInterfaces, options: options)
                    } scope: {
                        .network($0.id)
                    })
            } catch let error as RPCError {
                // Another creation took the port that was free a moment ago; nobody asked for this one. So it is with
                // a block that was drawn by lot.
                let fields = Set(error.fields.map(\.field))
                var drawn: Set<String> = []
                if request.listenPort == nil { drawn.insert(NetworkField.listenPort.rawValue) }
                if request.subnet6 == NetworkSettings.randomSubnet6 { drawn.insert(NetworkField.subnet6.rawValue) }
                attempts += 1
                guard !fields.isEmpty, fields.isSubset(of: drawn), attempts < 64 else { throw error }
            }
        }
    }

    private func again(_ id: Int64, _ options: ChangeOptions?) async throws -> NetworkReply {
        let network = try await hub.stored { () async throws(StoreError) in try await hub.store.network(id) }
        let standing = try await hub.standing(.network(id), options)
        return NetworkReply(network: try await message(network), sync: standing.sync, change: standing.change)
    }

    private func update(_ request: UpdateNetworkRequest, _ call: Call) async throws -> NetworkReply {
        let before = try await hub.network(request.network)
        var settings = before.settings
        try settings.apply(request)
        if settings.subnet != before.settings.subnet || settings.subnet6 != before.settings.subnet6 {
            try hub.check(settings, against: try await hub.surroundings(), own: before.interface)
        }
        if settings.enabled && settings.listenPort != before.settings.listenPort {
            try await check(port: settings.listenPort, own: before.interface)
        }
        return try await reply(
            hub.change(call, request.options, networks: [before.id]) { options async throws(StoreError) in
                // Applied again to what is there by now: of two edits of different fields neither undoes the other.
                try await hub.store.updateNetwork(
                    before.id, expectedUpdatedAt: request.options?.ifUnchanged, options: options
                ) { settings in
                    try? settings.apply(request)
                }.after
            } scope: {
                .network($0.id)
            })
    }

    private func delete(_ request: NetworkReference, _ call: Call) async throws -> DeleteReply {
        let network = try await hub.network(request.network)
        let outcome = try await hub.change(call, request.options, networks: [network.id]) {
            options async throws(StoreError) in
            try await hub.store.deleteNetwork(
                network.id, expectedUpdatedAt: request.options?.ifUnchanged, options: options)
        } scope: { _ in
            .network(network.id)
        }
        return DeleteReply(sync: outcome.sync ?? SyncMessage(isPending: false), change: outcome.change)
    }

    private func setEnabled(
        _ request: NetworkReference, _ enabled: Bool, _ call: Call
    ) async throws -> NetworkReply {
        let before = try await hub.network(request.network)
        if enabled && !before.settings.enabled {
            try await checkName(of: before)
            // While it was off, the machine may have got a way to the same addresses.
            let surroundings = try await hub.surroundings()
            try hub.check(before.settings, against: surroundings, own: before.interface)
            try await hub.checkSites(of: before, against: surroundings)
            try await check(port: before.settings.listenPort, own: before.interface)
        }
        return try await reply(
            hub.change(call, request.options, networks: [before.id]) { options async throws(StoreError) in
                try await hub.store.setNetworkEnabled(before.id, enabled, options: options).after
            } scope: {
                .network($0.id)
            })
    }

    private func regenerateKeys(
        _ request: RegenerateKeysRequest, _ call: Call
    ) async throws -> RegenerateKeysReply {
        let network = try await hub.network(request.network)
        let outcome = try await hub.change(call, request.options, networks: [network.id]) {
            options async throws(StoreError) in
            try await hub.store.regenerateKeys(
                of: network.id, withPeers: request.peers ?? false, options: options)
        } scope: {
            .network($0.network.id)
        }
        return RegenerateKeysReply(
            network: try await message(outcome.value.network), rotatedPeers: Int64(outcome.value.rotatedPeers),
            keptPeers: Int64(outcome.value.keptPeers), sync: outcome.sync, change: outcome.change)
    }

    /// Answers a network that was changed, and how it stands.
    private func reply(_ outcome: Hub.Changed<Network>) async throws -> NetworkReply {
        NetworkReply(
            network: try await message(outcome.value), sync: outcome.sync, change: outcome.change)
    }

    func message(_ network: Network) async throws -> NetworkMessage {
        try await message(network, try? await hub.kernel.links())
    }

    private func message(_ network: Network, _ links: [LinkInfo]?) async throws -> NetworkMessage {
        let peers = try await hub.stored { () async throws(StoreError) in try await hub.store.peerCount(in: network.id)
        }
        let link = links?.first { $0.name == network.interface.description }
        return NetworkMessage(
            network, peers: Int64(peers), isUp: links == nil ? nil : link?.isUp ?? false, link: link)
    }

    /// Refuses to enable a network whose interface's name somebody else took while it was disabled: their interface
    /// would be configured as ours, and deleted with the network.
    private func checkName(of network: Network) async throws(RPCError) {
        let retired = try await hub.stored { () async throws(StoreError) in try await hub.store.retiredInterfaces() }
        // One that is to be deleted and is still there is our own.
        if retired.contains(network.interface) { return }
        guard try await hub.links().contains(where: { $0.name == network.interface.description }) else { return }
        let message =
            "an interface \(network.interface) that is not ours is in the way: rename or delete it, then enable the network"
        throw RPCError(
            .failedPrecondition, reason: "name_taken", message: message,
            fields: [FieldViolation(field: NetworkField.interface.rawValue, message: message)])
    }

    /// Refuses a port that another program holds, and says which.
    func check(port: UInt16, own: InterfaceName?) async throws(RPCError) {
        let owner: UDPPortOwner?
        do {
            owner = try await hub.kernel.owner(ofUDPPort: port)
        } catch {
            throw RPCError(error)
        }
        guard let owner, owner.interface == nil || owner.interface != own?.description else { return }
        let networks = try await hub.stored { () async throws(StoreError) in try await hub.store.networks() }
        // A network of ours is named by the store, which knows more of it than the kernel does.
        if networks.contains(where: { $0.settings.listenPort == port && $0.interface != own }) { return }
        let message = "UDP port \(port) is in use by \(owner)"
        throw RPCError(
            .failedPrecondition, reason: "port_in_use", message: message,
            fields: [FieldViolation(field: NetworkField.listenPort.rawValue, message: message)])
    }

    /// The lowest port from WireGuard's usual one on that neither a network of ours nor another program has.
    private func nextFreePort() async throws -> UInt16 {
        let networks = try await hub.stored { () async throws(StoreError) in try await hub.store.networks() }
        let taken = Set(networks.map(\.settings.listenPort))
        for port in NetworkDraft.firstListenPort...UInt16.max where !taken.contains(port) {
            if try await hub.kernel.owner(ofUDPPort: port) == nil { return port }
        }
        throw RPCError(
            .resourceExhausted, reason: "no_free_port",
            message: "no UDP port from \(NetworkDraft.firstListenPort) on is free")
    }
}
