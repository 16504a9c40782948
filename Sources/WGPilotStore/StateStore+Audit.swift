import GRDB
public import WGPilotCore

extension StateStore {
    /// How many entries are looked at in one step, so that neither memory nor a reader is taken for long.
    private static let stepOfVerification = 512
    private static let stepOfSearch: Int64 = 20_000

    // MARK: - Writing

    /// Notes something that did not change the database: an attempt that was refused or failed, or something done to the
    /// kernel alone.
    ///
    /// - Parameters:
    ///   - context: Who and what.
    ///   - result: The status code's name.
    ///   - reason: The stable name of the cause.
    ///   - count: How many attempts the entry stands for.
    ///   - changes: What was done to the kernel.
    public func noteAudit(
        _ context: AuditContext, result: String = "OK", reason: String = "", count: Int64 = 1,
        changes: [AuditChange] = []
    ) async throws(StoreError) {
        try await write { db in
            var entry = self.entry(context)
            entry.result = result
            entry.reason = reason
            entry.count = max(1, count)
            entry.changes = changes
            try AuditRecord.append(entry, self.auditKey, db)
        }
    }

    /// Tells of a change inside its transaction; nothing where the change has no context.
    func audit(_ context: AuditContext?, _ recording: borrowing ChangeRecording, _ db: Database) throws {
        guard let context else { return }
        let changes = try AuditedChanges(recording, db)
        var entry = entry(context)
        entry.target = AuditEntry.cut(changes.target ?? context.target)
        entry.changes = changes.changes
        entry.omittedChanges = changes.omitted
        try AuditRecord.append(entry, auditKey, db)
    }

    private func entry(_ context: AuditContext) -> AuditEntry {
        AuditEntry(
            sequence: 0, time: now(), actor: context.actor, origin: context.origin, method: context.method,
            target: context.target, requestID: context.requestID)
    }

    // MARK: - Reading

    /// Entries of the audit log, newest first. A page may have fewer than asked for, or none, and yet not be the last:
    /// only so much of a long log is searched at a time.
    public func auditEntries(_ query: AuditQuery) async throws(StoreError) -> AuditPage {
        try await read { db in
            let newest = try Int64.fetchOne(db, sql: "SELECT max(sequence) FROM audit") ?? 0
            // Bounded, so that nothing overflows: no log is that long.
            let end = min(max(query.before ?? .max, 1), newest == .max ? newest : newest + 1)
            let first = max(1, end - Self.stepOfSearch)
            let limit = max(1, query.limit)
            let records = try AuditRecord.matching(query, from: first, before: end, limit: limit, db)
            let items = try records.map { record in
                AuditPage.Item(
                    entry: record.entry,
                    previous: try AuditRecord.hash(of: record.entry.sequence - 1, db) ?? .zero, hash: record.hash)
            }
            let isCut = items.count == limit
            let next = isCut ? (items.last?.entry.sequence ?? first) : first
            return AuditPage(items: items, next: next > 1 ? next : nil)
        }
    }

    /// Entries behind one, oldest first, to take the log elsewhere.
    public func auditEntries(after sequence: Int64, limit: Int) async throws(StoreError) -> AuditPage {
        try await read { db in
            let rows = try AuditRecord.following(sequence, limit: limit, db)
            var items: [AuditPage.Item] = []
            for row in rows {
                let record = try AuditRecord(row: row)
                let before = record.entry.sequence - 1
                let previous =
                    items.last?.entry.sequence == before
                    ? items.last?.hash : try AuditRecord.hash(of: before, db)
                items.append(
                    AuditPage.Item(entry: record.entry, previous: previous ?? .zero, hash: record.hash))
            }
            return AuditPage(items: items, next: items.count == limit ? items.last?.entry.sequence : nil)
        }
    }

    /// Follows the whole log as it is at this moment, step by step, to the first entry that is not as it was written.
    ///
    /// - Parameter checkpoint: An entry that is known from elsewhere, by an export say; it must be there with this hash.
    public func verifyAudit(
        _ checkpoint: (sequence: Int64, hash: AuditHash)? = nil
    ) async throws(StoreError) -> AuditVerdict {
        let (head, last, known) = try await read { db in
            (
                try AuditHead.find(self.auditKey, db),
                try Int64.fetchOne(db, sql: "SELECT max(sequence) FROM audit") ?? 0,
                try checkpoint.flatMap { try AuditRecord.hash(of: $0.sequence, db) }
            )
        }
        let end = head?.sequence ?? last
        var chain = AuditChain()
        while chain.sequence < end {
            let before = chain
            let step = try await read { db in try Self.follow(before, to: end, db) }
            chain = step.chain
            if let fault = step.fault { return verdict(head, chain, fault) }
        }
        guard let head else {
            return verdict(head, chain, AuditFault(chain.sequence, "is the last, but what says so was taken away"))
        }
        if head.hash != chain.hash {
            return verdict(head, chain, AuditFault(chain.sequence, "is not the one that the log ended with"))
        }
        if !head.isAuthentic {
            return verdict(head, chain, AuditFault(chain.sequence, "is the last, but what says so is not authentic"))
        }
        if last > head.sequence {
            return verdict(head, chain, AuditFault(head.sequence + 1, "was put in behind the end of the log"))
        }
        if let checkpoint, known != checkpoint.hash {
            return verdict(
                head, chain, AuditFault(checkpoint.sequence, "is not the one that is known from elsewhere"))
        }
        return verdict(head, chain, nil)
    }

    private func verdict(_ head: AuditHead?, _ chain: AuditChain, _ fault: AuditFault?) -> AuditVerdict {
        AuditVerdict(sequence: head?.sequence ?? chain.sequence, hash: head?.hash ?? chain.hash, fault: fault)
    }

    /// One step along the log.
    private static func follow(
        _ before: AuditChain, to end: Int64, _ db: Database
    ) throws -> (chain: AuditChain, fault: AuditFault?) {
        var chain = before
        let rows = try AuditRecord.following(chain.sequence, limit: stepOfVerification, db)
        do throws(AuditFault) {
            // The head names an entry that is not there any more.
            if rows.isEmpty { try chain.expect(end == .max ? end : end + 1) }
            for row in rows {
                let sequence = (try? row.decode(Int64.self, atIndex: 0)) ?? 0
                if sequence > end { try chain.expect(end == .max ? end : end + 1) }
                try chain.expect(sequence)
                guard let record = try? AuditRecord(row: row) else {
                    throw AuditFault(sequence, "was changed: it cannot be read any more")
                }
                try chain.follow(record.entry, hash: record.hash)
                if chain.sequence == end { break }
            }
            return (chain, nil)
        } catch {
            return (chain, error)
        }
    }
}
