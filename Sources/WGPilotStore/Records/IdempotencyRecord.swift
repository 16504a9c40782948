import FoundationEssentials
import GRDB
import WGPilotCore

/// A row of `idempotency`: what a keyed creation made.
enum IdempotencyRecord {
    /// What was made with a key; nil where none was used or that was too long ago. Throws `idempotencyMismatch` where it
    /// was used for something else.
    static func object(of key: IdempotencyKey, now: Int64, _ db: Database) throws -> Int64? {
        let statement = try db.cachedStatement(
            sql: "SELECT method, digest, objectID FROM idempotency WHERE caller = ? AND key = ? AND createdAt > ?")
        let row = try Row.fetchOne(statement, arguments: [key.caller, key.key, oldest(now)])
        guard let row else { return nil }
        let reader = ColumnReader(row: row, table: "idempotency")
        guard try reader.text(0) == key.method, try Array(row.decode(Data.self, atIndex: 1)) == key.digest.bytes else {
            throw StoreError(
                .idempotencyMismatch, "the idempotency key was used for another request; use a new key for this one")
        }
        return try reader.int64(2, "objectID")
    }

    /// Throws `alreadyDone` where something was made with the key.
    static func refuse(_ key: IdempotencyKey?, now: Int64, _ db: Database) throws {
        if let key, try object(of: key, now: now, db) != nil {
            throw StoreError(.alreadyDone, "this was made already, by a request with the same idempotency key")
        }
    }

    /// Remembers what was made, and forgets what is too old.
    static func insert(_ key: IdempotencyKey, object: Int64, now: Int64, _ db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM idempotency WHERE createdAt <= ?").execute(arguments: [oldest(now)])
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO idempotency (caller, key, method, digest, objectID, createdAt) VALUES (?, ?, ?, ?, ?, ?)
                """)
        try statement.execute(arguments: [key.caller, key.key, key.method, Data(key.digest.bytes), object, now])
    }

    private static func oldest(_ now: Int64) -> Int64 {
        let (time, overflow) = now.subtractingReportingOverflow(IdempotencyKey.lifetime)
        return overflow ? .min : time
    }
}
