import GRDB
import WGPilotCore

extension StateStore {
    /// Runs one transaction that changes the desired state, the way the options say. Throws `failedPrecondition` while
    /// another change waits to be confirmed.
    ///
    /// - Parameters:
    ///   - options: Whether it is kept, and for how long.
    ///   - describe: What was done, for people: a few words without a full stop.
    ///   - made: The number of what a creation made, to find it again by the idempotency key.
    ///   - body: Makes the change.
    func change<Result: Sendable>(
        _ options: WriteOptions, _ describe: @Sendable (Result) -> String, made: (@Sendable (Result) -> Int64)? = nil,
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
        return try await write { db in
            try IdempotencyRecord.refuse(options.idempotency, now: self.now(), db)
            try PendingChangeRecord.refuseAny(db)
            let need: ChangeRecording.Need =
                secondsToConfirm != nil ? .required : options.audit != nil ? .wanted : .none
            let recording = try ChangeRecording(db, need)
            let result = try body(db)
            if let secondsToConfirm, let inverse = try recording.inverse() {
                let time = self.now()
                try PendingChangeRecord.insert(
                    describe(result), inverse: inverse, deadline: time + secondsToConfirm, createdAt: time, db)
            }
            try self.audit(options.audit, recording, db)
            if let key = options.idempotency, let made {
                try IdempotencyRecord.insert(key, object: made(result), now: self.now(), db)
            }
            return result
        }
    }

    /// Runs one transaction that changes something for good at once, and tells it in the audit log.
    func record<Result: Sendable>(
        _ audit: AuditContext?, of tables: [String] = ChangeRecording.others,
        _ body: @Sendable (Database) throws -> Result
    ) async throws(StoreError) -> Result {
        try await write { db in
            let recording = try ChangeRecording(db, of: tables, audit == nil ? .none : .wanted)
            let result = try body(db)
            try self.audit(audit, recording, db)
            return result
        }
    }

    /// What was made with an idempotency key; nil where none was used, or more than a day ago. Throws
    /// `idempotencyMismatch` where it was used for another request.
    public func object(of key: IdempotencyKey) async throws(StoreError) -> Int64? {
        try await read { db in try IdempotencyRecord.object(of: key, now: self.now(), db) }
    }

    /// The change that waits to be confirmed; nil where none does. It outlives the process, and so does its deadline.
    public func pendingChange() async throws(StoreError) -> PendingChange? {
        try await read { try PendingChangeRecord.find($0) }
    }

    /// Keeps the change that waits.
    ///
    /// - Parameters:
    ///   - id: The change that the caller means; nil takes whichever waits.
    ///   - audit: What the audit log tells of it.
    /// - Returns: What was confirmed.
    /// - Throws: `failedPrecondition` where no such change waits.
    @discardableResult
    public func confirmPendingChange(
        _ id: Int64? = nil, audit: AuditContext? = nil
    ) async throws(StoreError) -> PendingChange {
        try await write { db in
            let pending = try PendingChangeRecord.require(id, db)
            try PendingChangeRecord.delete(pending.id, db)
            try Self.forgetAdopted(db)
            try self.audit(audit?.named(pending.description), ChangeRecording(db, .none), db)
            return pending
        }
    }

    /// Takes the change back that waits: everything of the desired state is as it was, but for the times of change, which
    /// never go back. Interfaces that are no longer wanted by that are retired, those that are wanted again are not, and
    /// those that were there before their import are given back.
    ///
    /// - Parameters:
    ///   - id: The change that the caller means; nil takes whichever waits.
    ///   - audit: What the audit log tells of it.
    /// - Throws: `failedPrecondition` where no such change waits.
    @discardableResult
    public func undoPendingChange(
        _ id: Int64? = nil, audit: AuditContext? = nil
    ) async throws(StoreError) -> UndoneChange {
        try await write { db in
            let pending = try PendingChangeRecord.require(id, db)
            let recording = try ChangeRecording(db, audit == nil ? .none : .wanted)
            let before = try Versions(db)
            try ChangeRecording.apply(PendingChangeRecord.inverse(of: pending, db), db)
            // That went past GRDB, whose observers would not hear of it.
            try db.notifyChanges(in: .fullDatabase)
            try PendingChangeRecord.delete(pending.id, db)
            let after = try Versions(db)
            try after.moveOn(from: before, db, self.time(after:))
            try Self.leave(before.interfaces.subtracting(after.interfaces), db)
            for interface in after.interfaces { try Self.setRetired(interface, false, db) }
            try self.audit(audit?.named(pending.description), recording, db)
            return UndoneChange(change: pending, networks: after.networksThatDiffer(from: before))
        }
    }
}
