import WGPilotCore
import WGPilotProtocol
import WGPilotStore

extension Hub {
    /// What came of a change: the object, whether it is live, and what was said of a rehearsal.
    struct Changed<Value: Sendable>: Sendable {
        var value: Value
        var sync: SyncMessage?
        var change: ChangeMessage?
        /// Whether nothing was kept.
        var isRehearsal: Bool { change?.dryRun == true }
    }

    /// Runs one change as its options want it: for good, until it is confirmed, or not at all.
    ///
    /// - Parameters:
    ///   - call: Who asks for it, for the audit log.
    ///   - options: How the change is to be made.
    ///   - networks: Whose interfaces a rehearsal looks at; nil for all.
    ///   - body: The use case of the store.
    ///   - scope: What must be brought to the kernel, from what the use case gave; nil for nothing.
    func change<Value: Sendable>(
        _ call: Call, _ options: ChangeOptions?, networks: Set<Int64>? = nil,
        _ body: (WriteOptions) async throws(StoreError) -> Value,
        scope: (Value) -> SyncScope?
    ) async throws(RPCError) -> Changed<Value> {
        var write = call.write
        if options?.dryRun == true {
            let rehearsal = Rehearsal(networks: networks)
            write.dryRun = rehearsal
            let value = try await stored { [write] () async throws(StoreError) in try await body(write) }
            let plan = await PlanPreview(reconciler: reconciler).lines(rehearsal)
            return Changed(value: value, sync: nil, change: ChangeMessage(dryRun: true, plan: plan))
        }
        write.confirmWithin = options?.confirmWithin.map { .seconds($0) }
        do {
            return try await reconciler.changing {
                let value = try await stored { [write] () async throws(StoreError) in try await body(write) }
                call.settle()
                let report = try await report(of: write)
                guard let scope = scope(value) else { return Changed(value: value, sync: nil, change: report) }
                let result = await reconciler.synchronize(scope)
                return Changed(value: value, sync: SyncMessage(result), change: report)
            }
        } catch let error as RPCError {
            throw error
        } catch {
            throw RPCError(.internal, reason: "unexpected_error", message: "an unexpected failure")
        }
    }

    /// Runs a creation that its caller may repeat: the second time it answers what the first one made, as it is by now.
    ///
    /// - Parameters:
    ///   - call: The call.
    ///   - again: Answers for what was made, by its number.
    ///   - create: Makes it and answers.
    func once<Reply>(
        _ call: Call, again: (Int64) async throws -> Reply, create: () async throws -> Reply
    ) async throws -> Reply {
        guard let key = call.idempotency else { return try await create() }
        func made() async throws(RPCError) -> Int64? {
            let id = try await stored { () async throws(StoreError) in try await store.object(of: key) }
            if id != nil { call.settle() }
            return id
        }
        if let id = try await made() { return try await again(id) }
        do {
            return try await create()
        } catch {
            // A request with the same key may have been faster; then whatever stands in the way is its doing.
            if let id = try? await made() { return try await again(id) }
            throw error
        }
    }

    /// Whether what was made earlier is live, and until when it waits to be confirmed, for a repeated creation.
    func standing(_ scope: SyncScope, _ options: ChangeOptions?) async throws -> (
        sync: SyncMessage, change: ChangeMessage?
    ) {
        let sync = SyncMessage(await reconciler.synchronize(scope))
        guard options?.confirmWithin != nil else { return (sync, nil) }
        let pending = try await stored { () async throws(StoreError) in try await store.pendingChange() }
        return (sync, ChangeMessage(dryRun: false, confirmBy: pending?.deadline))
    }

    /// Says until when a change waits to be confirmed, where it does: one that changed nothing does not.
    private func report(of write: WriteOptions) async throws(RPCError) -> ChangeMessage? {
        guard write.confirmWithin != nil else { return nil }
        confirmation.look()
        let pending = try await stored { () async throws(StoreError) in try await store.pendingChange() }
        return ChangeMessage(dryRun: false, confirmBy: pending?.deadline)
    }
}
