import FoundationEssentials
import GRDB
import WGPilotCore

/// A row of `audit`.
struct AuditRecord {
    let entry: AuditEntry
    let hash: AuditHash

    private static let select = """
        SELECT sequence, time, actorKind, actor, uid, tokenID, origin, method, target, result, reason, requestID, count, \
        changes, omittedChanges, hash FROM audit
        """

    /// Reads a row; whatever is not a valid entry is damage.
    init(row: Row) throws {
        let reader = ColumnReader(row: row, table: "audit", id: try row.decode(Int64.self, atIndex: 0))
        guard let kind = AuditActor.Kind(rawValue: try reader.text(2)) else { throw reader.damaged("actorKind") }
        let uid = row.hasNull(atIndex: 4) ? nil : try reader.int(4, "uid", in: 0...UInt32.max)
        let tokenID = try row.decode(Int64?.self, atIndex: 5)
        // Only the one spelling that we write: what the hash does not see must not be there.
        let text = try reader.text(13)
        guard let changes = Self.changes(text), try Self.text(changes) == text else { throw reader.damaged("changes") }
        guard let hash = AuditHash(bytes: Array(try row.decode(Data.self, atIndex: 15))) else {
            throw reader.damaged("hash")
        }
        entry = try AuditEntry(
            sequence: reader.int64(0, "sequence"), time: reader.int64(1, "time"),
            actor: AuditActor(kind: kind, name: reader.text(3), uid: uid, tokenID: tokenID), origin: reader.text(6),
            method: reader.text(7), target: reader.text(8), result: reader.text(9), reason: reader.text(10),
            requestID: reader.text(11), count: reader.int64(12, "count"), changes: changes,
            omittedChanges: reader.int64(14, "omittedChanges"))
        self.hash = hash
    }

    private static func changes(_ text: String) -> [AuditChange]? {
        text == TextList.empty ? [] : try? JSONDecoder().decode([AuditChange].self, from: Data(text.utf8))
    }

    private static func text(_ changes: [AuditChange]) throws -> String {
        if changes.isEmpty { return TextList.empty }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(changes), as: UTF8.self)
    }

    /// Writes the next entry, inside the transaction of what it tells. The entry's place is given here.
    static func append(_ entry: AuditEntry, _ key: AuditKey, _ db: Database) throws {
        var entry = entry
        // Where somebody took the head away the log goes on behind what is left of it, and is found out all the same: the
        // new head will not be authentic.
        let head = try AuditHead.find(key, db) ?? lastStored(db)
        let (sequence, overflow) = head.sequence.addingReportingOverflow(1)
        if overflow { throw StoreError(.exhausted, "the audit log is full") }
        entry.sequence = sequence
        let hash = entry.hash(after: head.hash)
        // Replaces what somebody may have put in behind the end: it must not keep changes from being made.
        let statement = try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO audit (sequence, time, actorKind, actor, uid, tokenID, origin, method, target, \
                result, reason, requestID, count, changes, omittedChanges, hash) \
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        try statement.execute(arguments: [
            entry.sequence, entry.time, entry.actor.kind.rawValue, entry.actor.name, entry.actor.uid.map { Int64($0) },
            entry.actor.tokenID, entry.origin, entry.method, entry.target, entry.result, entry.reason, entry.requestID,
            entry.count, try Self.text(entry.changes), entry.omittedChanges, Data(hash.bytes),
        ])
        try head.move(to: sequence, hash, key, db)
    }

    private static func lastStored(_ db: Database) throws -> AuditHead {
        let row = try Row.fetchOne(db, sql: "SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1")
        guard let row else { return AuditHead(sequence: 0, hash: .zero, isAuthentic: false) }
        return AuditHead(
            sequence: try row.decode(Int64.self, atIndex: 0),
            hash: try AuditHash(bytes: Array(row.decode(Data.self, atIndex: 1))) ?? .zero, isAuthentic: false)
    }

    /// The hash of an entry; that of none for 0. Nil where there is no such entry.
    static func hash(of sequence: Int64, _ db: Database) throws -> AuditHash? {
        if sequence == 0 { return .zero }
        let statement = try db.cachedStatement(sql: "SELECT hash FROM audit WHERE sequence = ?")
        return try Data.fetchOne(statement, arguments: [sequence]).flatMap { AuditHash(bytes: Array($0)) }
    }

    /// Entries behind one, oldest first.
    static func following(_ sequence: Int64, limit: Int, _ db: Database) throws -> [Row] {
        let statement = try db.cachedStatement(sql: "\(select) WHERE sequence > ? ORDER BY sequence LIMIT ?")
        return try Row.fetchAll(statement, arguments: [sequence, limit])
    }

    /// The entries that fit a query, newest first, of those from `first` on and before `end`.
    static func matching(_ query: AuditQuery, from first: Int64, before end: Int64, limit: Int, _ db: Database) throws
        -> [AuditRecord]
    {
        var conditions = ["sequence >= ?", "sequence < ?"]
        var arguments: StatementArguments = [first, end]
        func require(_ condition: String, _ values: StatementArguments) {
            conditions.append("(\(condition))")
            arguments += values
        }
        if let since = query.since { require("time >= ?", [since]) }
        if let until = query.until { require("time <= ?", [until]) }
        if let actor = query.actor { require("actor = ? OR uid = ?", [actor, UInt32(actor).map { Int64($0) }]) }
        if let method = query.method {
            let prefix = method.hasPrefix("wgpilot.") ? method : "wgpilot.v1.\(method)"
            require("substr(method, 1, ?) = ?", [prefix.unicodeScalars.count, prefix])
        }
        if let target = query.target {
            require("target = ? OR substr(target, 1, ?) = ?", [target, target.unicodeScalars.count + 1, target + "/"])
        }
        switch query.result {
        case nil: break
        case .failed: require("result <> 'OK'", [])
        case .refused: require("result IN ('PERMISSION_DENIED', 'UNAUTHENTICATED')", [])
        case .code(let name): require("result = ?", [name])
        }
        if let text = query.text {
            let columns = ["actor", "origin", "method", "target", "result", "reason", "requestID", "changes"]
            let all = columns.joined(separator: " || char(10) || ")
            require("instr(lower(\(all)), lower(?)) > 0", [text])
        }
        arguments += [limit]
        let statement = try db.cachedStatement(
            sql: "\(select) WHERE \(conditions.joined(separator: " AND ")) ORDER BY sequence DESC LIMIT ?")
        return try Row.fetchAll(statement, arguments: arguments).map { try AuditRecord(row: $0) }
    }
}
