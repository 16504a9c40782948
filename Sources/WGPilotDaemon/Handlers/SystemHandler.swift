import WGPilotCore
import WGPilotNetlink
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore

/// Serves ``SystemService``.
struct SystemHandler: Sendable {
    let hub: Hub

    func register(in router: inout RPCRouter) {
        router.register(SystemService.info) { _, context in try await info(context) }
        router.register(SystemService.health) { _, _ in
            HealthReply(status: "ok", version: BuildInformation.version)
        }
        router.register(SystemService.reconcile) { request, _ in
            if request.dryRun == true {
                let plan = await PlanPreview(reconciler: hub.reconciler).comparison()
                return ReconcileReply(steps: [], pending: [], change: ChangeMessage(dryRun: true, plan: plan))
            }
            let result = await hub.reconciler.synchronize(.everything(.check))
            return ReconcileReply(steps: result.steps, pending: result.pending)
        }
    }

    private func info(_ context: ServerContext) async throws -> SystemInfo {
        let networks = try await hub.stored { () async throws(StoreError) in try await hub.store.networks() }
        var peers: Int64 = 0
        for network in networks {
            peers += Int64(
                try await hub.stored { () async throws(StoreError) in try await hub.store.peerCount(in: network.id) })
        }
        let endpoint = try? await hub.defaultEndpointHost()
        let online = await hub.online(of: networks, age: StatusCache.Age(for: context))
        return SystemInfo(
            version: BuildInformation.version, backend: hub.kernel.backend.kind.rawValue,
            backendVersion: hub.kernel.backend.version,
            role: context[CallRecord.Key.self]?.caller.role?.rawValue ?? "none", networks: Int64(networks.count),
            peers: peers, endpointHost: endpoint?.host.description, endpointIsGuess: endpoint?.isGuess ?? false,
            startedAt: hub.startedAt, pending: hub.reconciler.pendingReasons,
            foreignInterfaces: try await hub.foreignInterfaces(), online: online)
    }
}
