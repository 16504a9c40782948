import GRDB
import WGPilotCore

extension StateStore {
    /// Runs one transaction that changes the desired state, the way the options say. Throws `failedPrecondition` while
    /// another change waits to be confirmed.
    ///
    /// - Parameters:
    ///   - options: Whether it is kept, and for how long.
    ///   - describe: What was done, for people: a few words without a full stop.
    ///   - body: Makes the change.
    func change<Result: Sendable>(
        _ options: WriteOptions, _ describe: @Sendable (Result) -> String,
        _ body: @Sendable (Database) throws -> Result
    ) async throws(StoreError) -> Result {
        let secondsToConfirm = try options.secondsToConfirm
        if let rehearsal = options.dryRun {
            return try await write(keep: false) { db in
                try PendingChangeRecord.refuseAny(db)
                let known = try Set(NetworkRecord.all(db).map(\.network.id))
                let before = try self.hubState(rehearsal.networks, db)
                let result = try body(db)
                let made = try Set(NetworkRecord.all(db).map(\.network.id)).subtracting(known)
                let after = try self.hubState(rehearsal.networks?.union(made), db)
                rehearsal.fill(before: before, after: after)
                return result
            }
        }
        guard let secondsToConfirm else {
            return try await write { db in
                try PendingChangeRecord.refuseAny(db)
                return try body(db)
            }
        }
        return try await write { db in
            try PendingChangeRecord.refuseAny(db)
            let recording = try ChangeRecording(db)
            let result = try body(db)
            if let inverse = try recording.inverse() {
                let time = self.now()
                try PendingChangeRecord.insert(
                    describe(result), inverse: inverse, deadline: time + secondsToConfirm, createdAt: time, db)
            }
            return result
        }
    }

    /// The change that waits to be confirmed; nil where none does. It outlives the process, and so does its deadline.
    public func pendingChange() async throws(StoreError) -> PendingChange? {
        try await read { try PendingChangeRecord.find($0) }
    }

    /// Keeps the change that waits.
    ///
    /// - Parameter id: The change that the caller means; nil takes whichever waits.
    /// - Returns: What was confirmed.
    /// - Throws: `failedPrecondition` where no such change waits.
    @discardableResult
    public func confirmPendingChange(_ id: Int64? = nil) async throws(StoreError) -> PendingChange {
        try await write { db in
            let pending = try PendingChangeRecord.require(id, db)
            try PendingChangeRecord.delete(pending.id, db)
            return pending
        }
    }

    /// Takes the change back that waits: everything of the desired state is as it was, but for the times of change, which
    /// never go back. Interfaces that are no longer wanted by that are retired, those that are wanted again are not.
    ///
    /// - Parameter id: The change that the caller means; nil takes whichever waits.
    /// - Throws: `failedPrecondition` where no such change waits.
    @discardableResult
    public func undoPendingChange(_ id: Int64? = nil) async throws(StoreError) -> UndoneChange {
        try await write { db in
            let pending = try PendingChangeRecord.require(id, db)
            let before = try Versions(db)
            try ChangeRecording.apply(PendingChangeRecord.inverse(of: pending, db), db)
            try PendingChangeRecord.delete(pending.id, db)
            let after = try Versions(db)
            try after.moveOn(from: before, db, self.time(after:))
            for interface in before.interfaces.subtracting(after.interfaces) {
                try Self.setRetired(interface, true, db)
            }
            for interface in after.interfaces { try Self.setRetired(interface, false, db) }
            return UndoneChange(change: pending, networks: after.networksThatDiffer(from: before))
        }
    }
}
