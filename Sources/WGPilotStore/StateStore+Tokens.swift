import Crypto
import FoundationEssentials
import GRDB
public import WGPilotCore

extension StateStore {
    /// The most API tokens that the hub keeps.
    public static let mostTokens = 1000
    /// The use of a token is noted at most once in this many seconds.
    private static let usePrecision: Int64 = 60

    /// Makes an API token.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - role: What its bearer may do.
    ///   - expiresAt: From when on it is no longer taken; nil for never.
    ///   - createdBy: Who makes it.
    ///   - options: What the audit log tells, and the idempotency key; a token is always made for good.
    /// - Returns: The token, and what its bearer presents: it is told this once and kept nowhere.
    /// - Throws: `invalid` for a time that has passed, `alreadyExists` for the name, `exhausted` where there are
    ///   ``mostTokens``.
    public func createToken(
        _ name: DisplayName, role: APIToken.Role, expiresAt: Int64?, createdBy: String,
        options: WriteOptions = WriteOptions()
    ) async throws(StoreError) -> (token: APIToken, secret: TokenSecret) {
        let secret = TokenSecret.generate()
        let digest = Data(secret.digest.bytes)
        let token = try await record(options.audit) { db in
            let time = self.now()
            try IdempotencyRecord.refuse(options.idempotency, now: time, db)
            if let expiresAt, expiresAt <= time {
                throw StoreError(
                    .invalid, violations: [.init(field: "expires_at", message: "a token must expire in the future")])
            }
            if try String.fetchOne(db, sql: "SELECT 1 FROM apiToken WHERE name = ?", arguments: [name.description])
                != nil
            {
                let message = "there is already a token \(name.description.quotedForMessage)"
                throw StoreError(.alreadyExists, violations: [.init(field: "name", message: message)])
            }
            guard try (Int.fetchOne(db, sql: "SELECT count(*) FROM apiToken") ?? 0) < Self.mostTokens else {
                throw StoreError(.exhausted, "there are \(Self.mostTokens) tokens, which is the most; revoke some")
            }
            try db.execute(
                sql: """
                    INSERT INTO apiToken (name, role, digest, createdBy, createdAt, expiresAt) VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [name.description, role.rawValue, digest, AuditEntry.cut(createdBy), time, expiresAt])
            let id = db.lastInsertedRowID
            if let key = options.idempotency { try IdempotencyRecord.insert(key, object: id, now: time, db) }
            return try Self.token(id, db)
        }
        return (token, secret)
    }

    /// All tokens, oldest first, those that have expired among them.
    public func tokens() async throws(StoreError) -> [APIToken] {
        try await read { db in
            try Row.fetchAll(db, sql: "\(Self.selectToken) ORDER BY id").map { try Self.token(row: $0) }
        }
    }

    /// The token of this number; throws `notFound` where there is none.
    public func token(_ id: Int64) async throws(StoreError) -> APIToken {
        try await read { try Self.token(id, $0) }
    }

    /// Makes a token worthless at once. Answers what it was.
    ///
    /// - Parameters:
    ///   - reference: Its name or, where none has it, its decimal number.
    ///   - audit: What the audit log tells of it.
    /// - Throws: `notFound`.
    @discardableResult
    public func revokeToken(
        named reference: String, audit: AuditContext? = nil
    ) async throws(StoreError) -> APIToken {
        try await record(audit) { db in
            var row = try Row.fetchOne(db, sql: "\(Self.selectToken) WHERE name = ?", arguments: [reference])
            if row == nil, let id = Self.number(reference) {
                row = try Row.fetchOne(db, sql: "\(Self.selectToken) WHERE id = ?", arguments: [id])
            }
            guard let token = try row.map({ try Self.token(row: $0) }) else {
                throw StoreError(.notFound, "there is no token \(reference.quotedForMessage)")
            }
            try db.execute(sql: "DELETE FROM apiToken WHERE id = ?", arguments: [token.id])
            return token
        }
    }

    /// The token that somebody presents, where it is one of ours and its time is not up; that it was used is noted.
    public func authenticate(_ secret: TokenSecret) async throws(StoreError) -> APIToken? {
        let digest = secret.digest
        let found = try await token(of: digest)
        let time = now()
        guard let token = found, token.expiresAt.map({ time < $0 }) ?? true else { return nil }
        let (next, overflow) = (token.lastUsedAt ?? .min).addingReportingOverflow(Self.usePrecision)
        if token.lastUsedAt == nil || (!overflow && next <= time) {
            // That it cannot be noted, on a full disk say, is no reason to refuse it.
            _ = try? await write { db in
                try db.execute(
                    sql: "UPDATE apiToken SET lastUsedAt = ? WHERE id = ?", arguments: [time, token.id])
            }
        }
        return token
    }

    private func token(of digest: AuditHash) async throws(StoreError) -> APIToken? {
        let revision = revision
        if let known = credentials.token(digest, at: revision) { return known }
        let found: APIToken? = try await read { db in
            // How long the index takes tells of the digest at most, and no token can be made for a given digest.
            let statement = try db.cachedStatement(sql: "\(Self.selectToken) WHERE digest = ?")
            guard let row = try Row.fetchOne(statement, arguments: [Data(digest.bytes)]) else { return nil }
            let stored = try Array(row.decode(Data.self, atIndex: 7))
            // In a time that does not depend on where they differ.
            let difference = zip(stored, digest.bytes).reduce(stored.count == digest.bytes.count ? 0 : 1) {
                $0 | ($1.0 ^ $1.1)
            }
            return difference == 0 ? try Self.token(row: row) : nil
        }
        if let found { credentials.keep(found, digest, at: revision) }
        return found
    }

    // MARK: - Rows

    private static let selectToken =
        "SELECT id, name, role, createdBy, createdAt, expiresAt, lastUsedAt, digest FROM apiToken"

    private static func token(_ id: Int64, _ db: Database) throws -> APIToken {
        guard let row = try Row.fetchOne(db, sql: "\(selectToken) WHERE id = ?", arguments: [id]) else {
            throw StoreError(.notFound, "there is no token \(id)")
        }
        return try token(row: row)
    }

    private static func token(row: Row) throws -> APIToken {
        let reader = ColumnReader(row: row, table: "apiToken", id: try row.decode(Int64.self, atIndex: 0))
        guard let role = APIToken.Role(rawValue: try reader.text(2)) else { throw reader.damaged("role") }
        return try APIToken(
            id: reader.int64(0, "id"), name: reader.text(1), role: role, createdBy: reader.text(3),
            createdAt: reader.int64(4, "createdAt"), expiresAt: row.decode(Int64?.self, atIndex: 5),
            lastUsedAt: row.decode(Int64?.self, atIndex: 6))
    }
}
