import WGPilotCore
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore

/// Serves ``BridgesService``.
struct BridgesHandler: Sendable {
    let hub: Hub

    func register(in router: inout RPCRouter) {
        router.register(BridgesService.list) { _, _ in try await list() }
        router.register(BridgesService.get) { request, _ in
            let bridge = try await hub.stored { () async throws(StoreError) in
                try await hub.store.bridge(request.bridge)
            }
            return BridgeReply(bridge: try await message(bridge))
        }
        router.register(BridgesService.create) { request, context in
            let target = "\(request.networkA) - \(request.networkB)"
            let call = try Call(context, creating: request, target: target, options: request.options)
            return try await hub.once(call) { id in
                try await again(id, request.options)
            } create: {
                try await create(request, call)
            }
        }
        router.register(BridgesService.update) { request, context in
            try await update(
                request, Call(context, target: "bridge \(request.bridge)", options: request.options))
        }
        router.register(BridgesService.delete) { request, context in
            let call = Call(context, target: "bridge \(request.bridge)", options: request.options)
            let outcome = try await hub.change(call, request.options, networks: []) {
                options async throws(StoreError) in
                try await hub.store.deleteBridge(
                    request.bridge, expectedUpdatedAt: request.options?.ifUnchanged, options: options)
            } scope: { _ in
                .firewall
            }
            return DeleteReply(sync: outcome.sync ?? SyncMessage(isPending: false), change: outcome.change)
        }
    }

    private func list() async throws -> ListBridgesReply {
        let bridges = try await hub.stored { () async throws(StoreError) in try await hub.store.bridges() }
        let names = try await hub.names()
        return ListBridgesReply(bridges: bridges.map { BridgeMessage($0, names) })
    }

    private func create(_ request: CreateBridgeRequest, _ call: Call) async throws -> BridgeReply {
        let networkA = try await hub.network(request.networkA)
        let networkB = try await hub.network(request.networkB)
        var reader = FieldReader()
        var settings = BridgeSettings(
            networkA: networkA.id, networkB: networkB.id,
            direction: reader.read("direction", request.direction, BridgeDirection.init) ?? .bidirectional)
        settings.allowedCIDRs = reader.readList("allowed_cidrs", request.allowedCIDRs, FieldReader.prefix) ?? []
        settings.enabled = request.enabled ?? true
        try reader.check()
        return try await reply(
            hub.change(call, request.options, networks: []) { [settings] options async throws(StoreError) in
                try await hub.store.createBridge(settings, options: options)
            } scope: { _ in
                .firewall
            })
    }

    private func again(_ id: Int64, _ options: ChangeOptions?) async throws -> BridgeReply {
        let bridge = try await hub.stored { () async throws(StoreError) in try await hub.store.bridge(id) }
        let standing = try await hub.standing(.firewall, options)
        return BridgeReply(bridge: try await message(bridge), sync: standing.sync, change: standing.change)
    }

    private func update(_ request: UpdateBridgeRequest, _ call: Call) async throws -> BridgeReply {
        var reader = FieldReader()
        let direction = reader.read("direction", request.direction, BridgeDirection.init)
        let allowedCIDRs = reader.readList("allowed_cidrs", request.allowedCIDRs, FieldReader.prefix)
        try reader.check()
        return try await reply(
            hub.change(call, request.options, networks: []) { options async throws(StoreError) in
                try await hub.store.updateBridge(
                    request.bridge, expectedUpdatedAt: request.options?.ifUnchanged, options: options
                ) { settings in
                    settings.direction = direction ?? settings.direction
                    settings.allowedCIDRs = allowedCIDRs ?? settings.allowedCIDRs
                    settings.enabled = request.enabled ?? settings.enabled
                }.after
            } scope: { _ in
                .firewall
            })
    }

    private func reply(_ outcome: Hub.Changed<Bridge>) async throws -> BridgeReply {
        BridgeReply(bridge: try await message(outcome.value), sync: outcome.sync, change: outcome.change)
    }

    private func message(_ bridge: Bridge) async throws -> BridgeMessage {
        BridgeMessage(bridge, try await hub.names())
    }
}
