import WGPilotCore
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore

/// Serves the methods about the change that waits to be confirmed.
struct PendingChangeHandler: Sendable {
    let hub: Hub

    func register(in router: inout RPCRouter) {
        router.register(SystemService.pendingChange) { _, _ in
            let pending = try await hub.stored { () async throws(StoreError) in try await hub.store.pendingChange() }
            return PendingChangeReply(pending)
        }
        router.register(SystemService.confirm) { _, _ in
            PendingChangeReply(
                try await hub.stored { () async throws(StoreError) in try await hub.store.confirmPendingChange() })
        }
        router.register(SystemService.undo) { _, _ in
            try await hub.reconciler.changing {
                let undone = try await hub.stored { () async throws(StoreError) in
                    try await hub.store.undoPendingChange()
                }
                var reply = PendingChangeReply(undone.change)
                reply.sync = SyncMessage(await hub.reconciler.synchronize(.everything(.change)))
                return reply
            }
        }
    }
}

extension PendingChangeReply {
    fileprivate init(_ pending: PendingChange?) {
        self.init(description: pending?.description, confirmBy: pending?.deadline)
    }
}
