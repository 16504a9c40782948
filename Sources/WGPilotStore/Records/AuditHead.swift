import FoundationEssentials
import GRDB
import WGPilotCore

/// The row of `auditHead`: where the audit log ends.
struct AuditHead {
    /// The last entry; 0 where there is none.
    let sequence: Int64
    /// Its hash.
    let hash: AuditHash
    /// Whether this is as we wrote it.
    let isAuthentic: Bool

    /// Begins a log.
    static func begin(_ key: AuditKey, _ db: Database) throws {
        try write(0, .zero, code: key.code(0, .zero), db)
    }

    /// Reads it; nil where it is not there.
    static func find(_ key: AuditKey, _ db: Database) throws -> AuditHead? {
        let statement = try db.cachedStatement(sql: "SELECT sequence, hash, mac FROM auditHead WHERE single = 1")
        return try Row.fetchOne(statement).flatMap { row in
            let sequence = try row.decode(Int64.self, atIndex: 0)
            let code = try Array(row.decode(Data.self, atIndex: 2))
            guard let hash = try AuditHash(bytes: Array(row.decode(Data.self, atIndex: 1))) else { return nil }
            return AuditHead(sequence: sequence, hash: hash, isAuthentic: key.isValid(code, sequence, hash))
        }
    }

    /// Moves it to a new entry. A head that is not as we wrote it is not made good by that: the code stays wrong, so that
    /// whoever looks finds it.
    func move(to sequence: Int64, _ hash: AuditHash, _ key: AuditKey, _ db: Database) throws {
        try Self.write(
            sequence, hash,
            code: isAuthentic ? key.code(sequence, hash) : Array(repeating: 0, count: AuditHash.byteCount), db)
    }

    private static func write(_ sequence: Int64, _ hash: AuditHash, code: [UInt8], _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: "INSERT OR REPLACE INTO auditHead (single, sequence, hash, mac) VALUES (1, ?, ?, ?)")
        try statement.execute(arguments: [sequence, Data(hash.bytes), Data(code)])
    }
}
