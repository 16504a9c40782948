import GRDB
public import WGPilotCore

extension StateStore {
    /// All bridges, oldest first.
    public func bridges() async throws(StoreError) -> [Bridge] {
        try await read { try BridgeRecord.all($0) }
    }

    /// The bridge with this number; throws `notFound` where there is none.
    public func bridge(_ id: Int64) async throws(StoreError) -> Bridge {
        try await read { try BridgeRecord.require(id, $0) }
    }

    /// Makes a bridge between two networks.
    ///
    /// - Throws: `invalid` with every faulty field; `notFound` for a network; `alreadyExists` where the two networks have
    ///   a bridge, in whichever order they are named; `failedPrecondition` while another change waits to be confirmed.
    public func createBridge(
        _ settings: BridgeSettings, options: WriteOptions = WriteOptions()
    ) async throws(StoreError) -> Bridge {
        try await change(options, { "new bridge \($0.id)" }, made: { $0.id }) { db in
            try Self.check(settings, except: 0, db)
            let time = self.now()
            return try BridgeRecord.insert(Bridge(id: 0, settings: settings, createdAt: time, updatedAt: time), db)
        }
    }

    /// Changes a bridge.
    ///
    /// - Parameters:
    ///   - id: The bridge.
    ///   - expectedUpdatedAt: As for ``updateNetwork(_:expectedUpdatedAt:options:_:)``.
    ///   - options: How the change is made.
    ///   - change: Makes the new settings of the present ones, inside the transaction.
    /// - Returns: The bridge before and after; both are equal where nothing changed.
    /// - Throws: `notFound`, `stale`, and as for a new bridge.
    public func updateBridge(
        _ id: Int64, expectedUpdatedAt: Int64? = nil, options: WriteOptions = WriteOptions(),
        _ change: @Sendable (inout BridgeSettings) -> Void
    ) async throws(StoreError) -> (before: Bridge, after: Bridge) {
        try await self.change(options, { "change of bridge \($0.after.id)" }) { db in
            let before = try BridgeRecord.require(id, db)
            try StoreError.requireUnchanged(before.updatedAt, since: expectedUpdatedAt, "the bridge \(id)")
            var after = before
            change(&after.settings)
            guard after != before else { return (before, after) }
            var toggled = before.settings
            toggled.enabled = after.settings.enabled
            if after.settings != toggled { try Self.check(after.settings, except: id, db) }
            after.updatedAt = self.time(after: before.updatedAt)
            try BridgeRecord.update(after, db)
            return (before, after)
        }
    }

    /// Deletes a bridge. Answers what was deleted.
    public func deleteBridge(
        _ id: Int64, expectedUpdatedAt: Int64? = nil, options: WriteOptions = WriteOptions()
    ) async throws(StoreError) -> Bridge {
        try await change(options, { "deletion of bridge \($0.id)" }) { db in
            let bridge = try BridgeRecord.require(id, db)
            try StoreError.requireUnchanged(bridge.updatedAt, since: expectedUpdatedAt, "the bridge \(id)")
            try BridgeRecord.delete(id, db)
            return bridge
        }
    }

    private static func check(_ settings: BridgeSettings, except id: Int64, _ db: Database) throws {
        let faults = settings.validate()
        if !faults.isEmpty {
            throw StoreError(
                .invalid, violations: faults.map { .init(field: $0.field.rawValue, message: $0.fault.message) })
        }
        let ends: [(BridgeField, Int64)] = [(.networkA, settings.networkA), (.networkB, settings.networkB)]
        let missing = try ends.filter { try NetworkRecord.find($0.1, db) == nil }
        if !missing.isEmpty {
            throw StoreError(
                .notFound,
                violations: missing.map { .init(field: $0.0.rawValue, message: "there is no network \($0.1)") })
        }
        if let rival = try BridgeRecord.rival(of: settings, except: id, db) {
            throw StoreError(
                .alreadyExists,
                violations: [
                    .init(
                        field: BridgeField.networkB.rawValue,
                        message: "the bridge \(rival.id) joins the two networks already; change that one")
                ])
        }
    }
}
