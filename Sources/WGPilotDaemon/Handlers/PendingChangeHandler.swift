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
        router.register(SystemService.confirm) { _, context in
            let call = Call(context, target: "")
            let confirmed = try await waiting { () async throws(StoreError) in
                try await hub.store.confirmPendingChange(audit: call.audit)
            }
            call.settle()
            return PendingChangeReply(confirmed)
        }
        router.register(SystemService.undo) { _, context in
            let call = Call(context, target: "")
            return try await hub.reconciler.changing {
                let undone = try await waiting { () async throws(StoreError) in
                    try await hub.store.undoPendingChange(audit: call.audit)
                }
                call.settle()
                var reply = PendingChangeReply(undone.change)
                reply.sync = SyncMessage(await hub.reconciler.synchronize(.everything(.change)))
                return reply
            }
        }
    }

    /// What the store did with the change that waits. The one state that forbids it is that none does.
    private func waiting<Value>(_ body: () async throws(StoreError) -> Value) async throws(RPCError) -> Value {
        do {
            return try await body()
        } catch {
            guard error.code == .failedPrecondition else { throw RPCError(error) }
            throw RPCError(.failedPrecondition, reason: "nothing_pending", message: "no change waits to be confirmed")
        }
    }
}

extension PendingChangeReply {
    fileprivate init(_ pending: PendingChange?) {
        self.init(description: pending?.description, confirmBy: pending?.deadline)
    }
}
