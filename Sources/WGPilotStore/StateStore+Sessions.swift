import FoundationEssentials
import GRDB
import WGPilotCore

extension StateStore {
    /// The most sessions of one user: one more ends the one that was used least recently.
    public static let mostSessionsOfUser = 50
    /// The use of a session is noted at most once in this many seconds.
    private static let sessionPrecision: Int64 = 60

    /// Begins a session, always another one.
    ///
    /// - Parameters:
    ///   - user: Whose it is, as the login was checked.
    ///   - client: Where it begins.
    ///   - lifetimes: How long it is good.
    ///   - audit: What the audit log tells of it.
    /// - Returns: The session, and what its bearer presents: it is told this once and kept nowhere.
    /// - Throws: `stale` where the user is no longer what was checked.
    public func beginSession(
        of user: WebUser, _ client: WebSession.Client, _ lifetimes: WebSession.Lifetimes, audit: AuditContext? = nil
    ) async throws(StoreError) -> (session: WebSession, secret: TokenSecret) {
        let secret = TokenSecret.generate(.session)
        let digest = Data(secret.digest.bytes)
        let session = try await record(audit) { db in
            guard let now = try self.findUser(user.id, db), now.isEnabled, now.passwordVersion == user.passwordVersion
            else { throw StoreError.stale("the user") }
            let time = self.now()
            try self.deleteExpired(time, db)
            try db.execute(
                sql: """
                    DELETE FROM session WHERE id IN (SELECT id FROM session WHERE userID = ? \
                    ORDER BY lastUsedAt DESC, id DESC LIMIT -1 OFFSET ?)
                    """,
                arguments: [user.id, Self.mostSessionsOfUser - 1])
            let expiresAt = time + lifetimes.absolute
            try db.execute(
                sql: """
                    INSERT INTO session (userID, digest, createdAt, lastUsedAt, idleExpiresAt, expiresAt, \
                    clientAddress, userAgent) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    user.id, digest, time, time, min(expiresAt, time + lifetimes.idle), expiresAt, client.address,
                    client.agent,
                ])
            let id = db.lastInsertedRowID
            try db.execute(sql: "UPDATE user SET lastLoginAt = ? WHERE id = ?", arguments: [time, user.id])
            return try self.session(id, db)
        }
        return (session, secret)
    }

    /// The session that somebody presents, with its user, where it is one of ours, its time is not up and the user may log
    /// in; that it was used is noted.
    ///
    /// - Parameters:
    ///   - secret: What is presented.
    ///   - idle: Seconds without use after which it ends; nil notes no use.
    public func authenticate(
        session secret: TokenSecret, idle: Int64?
    ) async throws(StoreError) -> (session: WebSession, user: WebUser)? {
        let found = try await session(of: secret.digest)
        let time = now()
        guard let found, time < found.session.expiresAt, time < found.session.idleExpiresAt else { return nil }
        if let idle, time >= found.session.lastUsedAt + Self.sessionPrecision || time < found.session.lastUsedAt {
            let idleExpiresAt = min(found.session.expiresAt, time + idle)
            // That it cannot be noted, on a full disk say, is no reason to refuse it.
            _ = try? await write { db in
                try db.execute(
                    sql: "UPDATE session SET lastUsedAt = ?, idleExpiresAt = ? WHERE id = ?",
                    arguments: [time, idleExpiresAt, found.session.id])
            }
        }
        return found
    }

    private func session(of digest: AuditHash) async throws(StoreError) -> CredentialCache.FoundSession? {
        let revision = revision
        if let known = credentials.session(digest, at: revision) { return known }
        let found: CredentialCache.FoundSession? = try await read { db in
            // As with tokens, how long the index takes tells nothing that helps.
            let statement = try db.cachedStatement(sql: "\(Self.selectSession) WHERE digest = ?")
            guard let row = try Row.fetchOne(statement, arguments: [Data(digest.bytes)]),
                try digest.isEqual(to: Array(row.decode(Data.self, atIndex: 9)))
            else { return nil }
            let session = try Self.session(row: row)
            guard let user = try self.findUser(session.userID, db), user.isEnabled else { return nil }
            return (session, user)
        }
        if let found { credentials.keep(found, digest, at: revision) }
        return found
    }

    /// The sessions that are good, those that were used last first.
    ///
    /// - Parameter userID: Whose; nil for those of all users.
    public func sessions(ofUser userID: Int64?) async throws(StoreError) -> [WebSession] {
        let time = now()
        return try await read { db in
            try Row.fetchAll(
                db,
                sql: """
                    \(Self.selectSession) WHERE idleExpiresAt > ? AND expiresAt > ? AND (? IS NULL OR userID = ?) \
                    ORDER BY lastUsedAt DESC, session.id DESC
                    """,
                arguments: [time, time, userID, userID]
            ).map { try Self.session(row: $0) }
        }
    }

    /// The session of this number; throws `notFound` where there is none (any more).
    public func session(_ id: Int64) async throws(StoreError) -> WebSession {
        try await read { try self.session(id, $0) }
    }

    /// Ends a session; throws `notFound` where it ended already.
    public func endSession(_ id: Int64, audit: AuditContext? = nil) async throws(StoreError) {
        try await record(audit) { db in
            try db.execute(sql: "DELETE FROM session WHERE id = ?", arguments: [id])
            guard db.changesCount == 1 else { throw Self.noSession(id) }
        }
    }

    /// Ends all sessions of a user but one. Answers those that ended.
    public func endSessions(
        ofUser userID: Int64, but kept: Int64? = nil, audit: AuditContext? = nil
    ) async throws(StoreError) -> [WebSession] {
        try await record(audit) { db in
            let sessions = try Row.fetchAll(
                db, sql: "\(Self.selectSession) WHERE userID = ? AND session.id IS NOT ? ORDER BY session.id",
                arguments: [userID, kept]
            ).map { try Self.session(row: $0) }
            try db.execute(sql: "DELETE FROM session WHERE userID = ? AND id IS NOT ?", arguments: [userID, kept])
            return sessions
        }
    }

    /// Clears away what has expired: sessions, second factors that nobody confirmed, the setup code. Answers how many
    /// sessions there were.
    @discardableResult
    public func clearExpiredSessions() async throws(StoreError) -> Int {
        let time = now()
        // Nothing is written where there is nothing to do.
        let isNeeded = try await read { db in
            try Int.fetchOne(
                db,
                sql: """
                    SELECT EXISTS (SELECT 1 FROM session WHERE idleExpiresAt <= ? OR expiresAt <= ?) \
                    OR EXISTS (SELECT 1 FROM totp WHERE pendingUntil <= ?) \
                    OR EXISTS (SELECT 1 FROM setupCode WHERE expiresAt <= ?)
                    """,
                arguments: [time, time, time, time]) == 1
        }
        guard isNeeded else { return 0 }
        return try await write { db in try self.deleteExpired(time, db) }
    }

    @discardableResult
    private func deleteExpired(_ time: Int64, _ db: Database) throws -> Int {
        try db.execute(
            sql: "DELETE FROM session WHERE idleExpiresAt <= ? OR expiresAt <= ?", arguments: [time, time])
        let count = db.changesCount
        try db.execute(sql: "DELETE FROM totp WHERE pendingUntil <= ? AND secret IS NULL", arguments: [time])
        try db.execute(
            sql: "UPDATE totp SET pendingSecret = NULL, pendingUntil = NULL WHERE pendingUntil <= ?", arguments: [time])
        try db.execute(sql: "DELETE FROM setupCode WHERE expiresAt <= ?", arguments: [time])
        return count
    }

    // MARK: - Rows

    private static let selectSession = """
        SELECT session.id, userID, user.name, session.createdAt, lastUsedAt, idleExpiresAt, expiresAt, clientAddress, \
        userAgent, digest FROM session JOIN user ON user.id = userID
        """

    private func session(_ id: Int64, _ db: Database) throws -> WebSession {
        let row = try Row.fetchOne(db, sql: "\(Self.selectSession) WHERE session.id = ?", arguments: [id])
        guard let row else { throw Self.noSession(id) }
        return try Self.session(row: row)
    }

    private static func session(row: Row) throws -> WebSession {
        let reader = ColumnReader(row: row, table: "session", id: try row.decode(Int64.self, atIndex: 0))
        return try WebSession(
            id: reader.int64(0, "id"), userID: reader.int64(1, "userID"), userName: reader.text(2),
            createdAt: reader.int64(3, "createdAt"), lastUsedAt: reader.int64(4, "lastUsedAt"),
            idleExpiresAt: reader.int64(5, "idleExpiresAt"), expiresAt: reader.int64(6, "expiresAt"),
            client: WebSession.Client(address: reader.text(7), agent: reader.text(8)))
    }

    private static func noSession(_ id: Int64) -> StoreError {
        StoreError(.notFound, "there is no session \(id): it ended, or its time is up")
    }
}
