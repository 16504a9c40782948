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
        router.register(NetworksService.create) { request, _ in try await create(request) }
        router.register(NetworksService.update) { request, _ in try await update(request) }
        router.register(NetworksService.delete) { request, _ in try await delete(request) }
        router.register(NetworksService.enable) { request, _ in try await setEnabled(request, true) }
        router.register(NetworksService.disable) { request, _ in try await setEnabled(request, false) }
    }

    private func list() async throws -> ListNetworksReply {
        let networks = try await hub.stored { () async throws(StoreError) in try await hub.store.networks() }
        let links = try? await hub.kernel.links()
        var messages: [NetworkMessage] = []
        for network in networks { messages.append(try await message(network, links)) }
        return ListNetworksReply(networks: messages)
    }

    private func create(_ request: CreateNetworkRequest) async throws -> NetworkReply {
        let links = try await hub.links()
        let takenInterfaces = Set(links.compactMap { try? InterfaceName($0.name) })
        var attempts = 0
        while true {
            let settings = try await NetworkSettings(request, defaultPort: nextFreePort)
            try hub.check(settings, against: links, own: nil)
            if settings.enabled { try await check(port: settings.listenPort, own: nil) }
            let network: Network
            do throws(StoreError) {
                network = try await hub.store.createNetwork(
                    NetworkDraft(settings: settings, listenPort: settings.listenPort),
                    takenInterfaces: takenInterfaces)
            } catch {
                // Another creation took the port that was free a moment ago; nobody asked for this one.
                let isPortAlone = error.violations.map(\.field) == [NetworkField.listenPort.rawValue]
                attempts += 1
                guard error.code == .alreadyExists, isPortAlone, request.listenPort == nil, attempts < 64 else {
                    throw RPCError(error)
                }
                continue
            }
            return try await live(network)
        }
    }

    private func update(_ request: UpdateNetworkRequest) async throws -> NetworkReply {
        let links = try await hub.links()
        let before = try await hub.network(request.network)
        var settings = before.settings
        try settings.apply(request)
        if settings.subnet != before.settings.subnet || settings.subnet6 != before.settings.subnet6 {
            try hub.check(settings, against: links, own: before.interface)
        }
        if settings.enabled && settings.listenPort != before.settings.listenPort {
            try await check(port: settings.listenPort, own: before.interface)
        }
        let network = try await hub.stored { () async throws(StoreError) in
            // Applied again to what is there by now: of two edits of different fields neither undoes the other.
            try await hub.store.updateNetwork(before.id) { settings in try? settings.apply(request) }.after
        }
        return try await live(network)
    }

    private func delete(_ request: NetworkReference) async throws -> DeleteReply {
        let network = try await hub.network(request.network)
        _ = try await hub.stored { () async throws(StoreError) in try await hub.store.deleteNetwork(network.id) }
        return DeleteReply(sync: SyncMessage(await hub.reconciler.synchronize(.network(network.id))))
    }

    private func setEnabled(_ request: NetworkReference, _ enabled: Bool) async throws -> NetworkReply {
        let before = try await hub.network(request.network)
        if enabled && !before.settings.enabled {
            try await checkName(of: before)
            try await check(port: before.settings.listenPort, own: before.interface)
        }
        let network = try await hub.stored { () async throws(StoreError) in
            try await hub.store.setNetworkEnabled(before.id, enabled).after
        }
        return try await live(network)
    }

    /// Brings a network that was changed to the kernel, and answers how it stands.
    private func live(_ network: Network) async throws -> NetworkReply {
        let result = await hub.reconciler.synchronize(.network(network.id))
        return NetworkReply(network: try await message(network), sync: SyncMessage(result))
    }

    private func message(_ network: Network) async throws -> NetworkMessage {
        try await message(network, try? await hub.kernel.links())
    }

    private func message(_ network: Network, _ links: [LinkInfo]?) async throws -> NetworkMessage {
        let peers = try await hub.stored { () async throws(StoreError) in try await hub.store.peerCount(in: network.id)
        }
        let isUp = links.map { links in links.first { $0.name == network.interface.description }?.isUp ?? false }
        return NetworkMessage(network, peers: Int64(peers), isUp: isUp)
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
    private func check(port: UInt16, own: InterfaceName?) async throws(RPCError) {
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
