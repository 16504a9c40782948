import FoundationEssentials
import GRDB

/// The row of `pendingChange`, where there is one.
enum PendingChangeRecord {
    static func find(_ db: Database) throws -> PendingChange? {
        let statement = try db.cachedStatement(sql: "SELECT id, description, deadline, createdAt FROM pendingChange")
        return try Row.fetchOne(statement).map { row in
            let reader = ColumnReader(row: row, table: "pendingChange")
            return try PendingChange(
                id: reader.int64(0, "id"), description: reader.text(1), deadline: reader.int64(2, "deadline"),
                createdAt: reader.int64(3, "createdAt"))
        }
    }

    /// The one that waits; throws where none does, or where another than the one meant does.
    static func require(_ id: Int64?, _ db: Database) throws -> PendingChange {
        guard let pending = try find(db), id == nil || id == pending.id else {
            throw StoreError(.failedPrecondition, "no such change waits to be confirmed")
        }
        return pending
    }

    /// Throws where a change waits: what is built on it could not be kept when it is taken back.
    static func refuseAny(_ db: Database) throws {
        guard let pending = try find(db) else { return }
        throw StoreError(
            .failedPrecondition,
            """
            a change waits to be confirmed until \(text(ofTime: pending.deadline)) (\(pending.description)): confirm or \
            undo it first
            """)
    }

    /// RFC 3339. The time comes from the database, so it may be any number: it is kept within the years that have four
    /// digits.
    private static func text(ofTime seconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(min(max(seconds, 0), 253_402_300_799))).formatted(.iso8601)
    }

    static func inverse(of pending: PendingChange, _ db: Database) throws -> Data {
        let statement = try db.cachedStatement(sql: "SELECT inverse FROM pendingChange WHERE id = ?")
        guard let inverse = try Data.fetchOne(statement, arguments: [pending.id]) else {
            throw StoreError.corrupt(table: "pendingChange", column: "inverse", id: pending.id)
        }
        return inverse
    }

    static func insert(
        _ description: String, inverse: Data, deadline: Int64, createdAt: Int64, _ db: Database
    ) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO pendingChange (single, description, inverse, deadline, createdAt) VALUES (1, ?, ?, ?, ?)
                """)
        try statement.execute(arguments: [description, inverse, deadline, createdAt])
    }

    static func delete(_ id: Int64, _ db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM pendingChange WHERE id = ?").execute(arguments: [id])
    }
}
