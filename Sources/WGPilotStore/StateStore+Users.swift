import FoundationEssentials
import GRDB
import WGPilotCore

extension StateStore {
    /// The most web users that the hub keeps.
    public static let mostUsers = 1000
    /// How many seconds a setup code may be good for: a minute to a day.
    public static let setupCodeLifetimes: ClosedRange<Int64> = 60...86_400

    /// Whether there is any web user.
    public func hasUsers() async throws(StoreError) -> Bool {
        try await read { try Self.hasUsers($0) }
    }

    /// All web users by name.
    public func users() async throws(StoreError) -> [WebUser] {
        let time = now()
        return try await read { db in
            try Row.fetchAll(db, sql: "\(Self.selectUser) ORDER BY nameKey", arguments: [time, time])
                .map { try Self.user(row: $0) }
        }
    }

    /// The web user of this number; throws `notFound` where there is none.
    public func user(_ id: Int64) async throws(StoreError) -> WebUser {
        try await read { try self.requireUser(id, $0) }
    }

    /// The web user of this name or, where none has it, of this decimal number; throws `notFound`.
    public func user(named reference: String) async throws(StoreError) -> WebUser {
        try await read { try self.requireUser(named: reference, $0) }
    }

    /// What a login under this name is checked against; nil where no user has the name.
    public func credential(of name: String) async throws(StoreError) -> Credential? {
        try await read { db in
            guard let id = try Self.userID(named: name, db) else { return nil }
            return try self.credential(ofUser: id, db)
        }
    }

    /// What the password of this user is checked against; throws `notFound`.
    public func credential(ofUser id: Int64) async throws(StoreError) -> Credential {
        try await read { try self.credential(ofUser: id, $0) }
    }

    /// Makes a web user.
    ///
    /// - Throws: `alreadyExists` for the name, `exhausted` where there are ``mostUsers``.
    public func createUser(
        _ draft: UserDraft, options: WriteOptions = WriteOptions()
    ) async throws(StoreError) -> WebUser {
        try await record(options.audit) { db in
            try IdempotencyRecord.refuse(options.idempotency, now: self.now(), db)
            let id = try self.insert(draft, db)
            if let key = options.idempotency { try IdempotencyRecord.insert(key, object: id, now: self.now(), db) }
            return try self.requireUser(id, db)
        }
    }

    /// Changes a web user. Another role, or being disabled, ends the user's sessions.
    ///
    /// - Parameters:
    ///   - reference: The user, by name or number.
    ///   - edit: What to change.
    ///   - keepsAnAdmin: Whether it is refused where no enabled admin would be left.
    ///   - expectedUpdatedAt: The time of change that the caller saw; where it is another by now the call throws `stale`.
    ///   - audit: What the audit log tells of it.
    /// - Throws: `notFound`, `stale`, `failedPrecondition` for the last admin.
    public func updateUser(
        named reference: String, _ edit: UserEdit, keepsAnAdmin: Bool, expectedUpdatedAt: Int64? = nil,
        audit: AuditContext? = nil
    ) async throws(StoreError) -> WebUser {
        try await record(audit) { db in
            let user = try self.requireUser(named: reference, db)
            try Self.requireUnchanged(user, since: expectedUpdatedAt)
            let (role, isEnabled) = (edit.role ?? user.role, edit.isEnabled ?? user.isEnabled)
            let email = edit.email ?? user.email
            if role == user.role && isEnabled == user.isEnabled && email == user.email { return user }
            try db.execute(
                sql: "UPDATE user SET role = ?, enabled = ?, email = ?, updatedAt = ? WHERE id = ?",
                arguments: [role.rawValue, isEnabled, email, self.time(after: user.updatedAt), user.id])
            try Self.checkAdmin(keepsAnAdmin && user.isAdmin, db)
            return try self.requireUser(user.id, db)
        }
    }

    /// Deletes a web user with everything that is the user's. Answers what the user was.
    ///
    /// - Throws: `notFound`, `stale` where the user was changed since `expectedUpdatedAt`, `failedPrecondition` for the last
    ///   admin where `keepsAnAdmin`.
    public func deleteUser(
        named reference: String, keepsAnAdmin: Bool, expectedUpdatedAt: Int64? = nil, audit: AuditContext? = nil
    ) async throws(StoreError) -> WebUser {
        try await record(audit) { db in
            let user = try self.requireUser(named: reference, db)
            try Self.requireUnchanged(user, since: expectedUpdatedAt)
            try db.execute(sql: "DELETE FROM user WHERE id = ?", arguments: [user.id])
            try Self.checkAdmin(keepsAnAdmin && user.isAdmin, db)
            return user
        }
    }

    /// Sets a user's password, which ends the user's sessions.
    ///
    /// - Parameters:
    ///   - id: The user.
    ///   - hash: What is to be stored of it.
    ///   - expected: Which password it replaces, where that was checked.
    ///   - resetsSecondFactor: Whether the second factor is taken away too.
    ///   - audit: What the audit log tells of it.
    /// - Throws: `notFound`; `stale` where another password was set meanwhile.
    public func setPassword(
        ofUser id: Int64, _ hash: PasswordHash, replacing expected: Int64? = nil, resetsSecondFactor: Bool = false,
        audit: AuditContext? = nil
    ) async throws(StoreError) -> WebUser {
        try await record(audit) { db in
            let user = try self.requireUser(id, db)
            if let expected, expected != user.passwordVersion { throw StoreError.stale("the password") }
            let time = self.time(after: user.updatedAt)
            try db.execute(
                sql: """
                    UPDATE user SET passwordHash = ?, passwordVersion = passwordVersion + 1, passwordChangedAt = ?, \
                    updatedAt = ? WHERE id = ?
                    """,
                arguments: [hash.encoded, self.now(), time, id])
            if resetsSecondFactor { try db.execute(sql: "DELETE FROM totp WHERE userID = ?", arguments: [id]) }
            return try self.requireUser(id, db)
        }
    }

    /// Stores the same password's hash at another cost. It is no change: nobody hears of it, and sessions go on.
    public func rehash(ofUser id: Int64, _ hash: PasswordHash, of version: Int64) async throws(StoreError) {
        try await write { db in
            try db.execute(
                sql: "UPDATE user SET passwordHash = ? WHERE id = ? AND passwordVersion = ?",
                arguments: [hash.encoded, id, version])
        }
    }

    // MARK: - Setup code

    /// Makes the code by which somebody becomes an admin, once; the one before is worthless from then on.
    ///
    /// - Parameters:
    ///   - lifetime: For how many seconds, one of ``setupCodeLifetimes``.
    ///   - evenWithUsers: Whether it is made, and taken, though there are users.
    ///   - createdBy: Who makes it.
    ///   - audit: What the audit log tells of it.
    /// - Throws: `invalid` for the time, `failedPrecondition` where there are users.
    public func createSetupCode(
        lifetime: Int64, evenWithUsers: Bool, createdBy: String, audit: AuditContext? = nil
    ) async throws(StoreError) -> (code: CodeSecret, expiresAt: Int64) {
        guard Self.setupCodeLifetimes.contains(lifetime) else {
            let (least, most) = (Self.setupCodeLifetimes.lowerBound, Self.setupCodeLifetimes.upperBound)
            throw StoreError(
                .invalid,
                violations: [.init(field: "lifetime", message: "a code is good for \(least) to \(most) seconds")])
        }
        let code = CodeSecret.generate(.setup)
        let digest = Data(code.digest.bytes)
        let expiresAt = try await record(audit) { db in
            if !evenWithUsers, try Self.hasUsers(db) {
                throw StoreError(
                    .failedPrecondition,
                    "there are users already; a code that makes another admin all the same must be asked for as such")
            }
            let time = self.now()
            try db.execute(sql: "DELETE FROM setupCode")
            try db.execute(
                sql: """
                    INSERT INTO setupCode (single, digest, evenWithUsers, createdBy, createdAt, expiresAt) \
                    VALUES (1, ?, ?, ?, ?, ?)
                    """,
                arguments: [digest, evenWithUsers, AuditEntry.cut(createdBy), time, time + lifetime])
            return time + lifetime
        }
        return (code, expiresAt)
    }

    /// Whether this is the code, and its time is not up.
    public func isSetupCode(_ code: CodeSecret) async throws(StoreError) -> Bool {
        try await read { try self.isSetupCode(code, $0) }
    }

    /// Makes a user with the code, which is worthless from then on; nil where it is worthless already. Of several who use
    /// it at once one makes a user.
    public func createUser(
        _ draft: UserDraft, with code: CodeSecret, audit: AuditContext? = nil
    ) async throws(StoreError) -> WebUser? {
        do {
            return try await record(audit) { db in
                // Thrown, so that the audit log tells of no change.
                guard try self.isSetupCode(code, db) else { throw StoreError.stale("the setup code") }
                try db.execute(sql: "DELETE FROM setupCode")
                return try self.requireUser(try self.insert(draft, db), db)
            }
        } catch {
            if error.code == .stale { return nil }
            throw error
        }
    }

    private func isSetupCode(_ code: CodeSecret, _ db: Database) throws -> Bool {
        guard let row = try Row.fetchOne(db, sql: "SELECT digest, evenWithUsers, expiresAt FROM setupCode") else {
            return false
        }
        let stored = try Array(row.decode(Data.self, atIndex: 0))
        let (evenWithUsers, expiresAt) = try (row.decode(Bool.self, atIndex: 1), row.decode(Int64.self, atIndex: 2))
        guard code.digest.isEqual(to: stored), now() < expiresAt else { return false }
        return try evenWithUsers || !Self.hasUsers(db)
    }

    // MARK: - Rows

    private static func requireUnchanged(_ user: WebUser, since expected: Int64?) throws {
        try StoreError.requireUnchanged(
            user.updatedAt, since: expected, "the user \(user.name.description.quotedForMessage)")
    }

    private func insert(_ draft: UserDraft, _ db: Database) throws -> Int64 {
        let name = draft.name.description
        if try Self.userID(named: name, db) != nil {
            throw StoreError(
                .alreadyExists,
                violations: [.init(field: "name", message: "there is already a user \(name.quotedForMessage)")])
        }
        guard try (Int.fetchOne(db, sql: "SELECT count(*) FROM user") ?? 0) < Self.mostUsers else {
            throw StoreError(.exhausted, "there are \(Self.mostUsers) users, which is the most; remove some")
        }
        let time = now()
        try db.execute(
            sql: """
                INSERT INTO user (name, nameKey, role, enabled, email, passwordHash, passwordVersion, \
                passwordChangedAt, createdAt, updatedAt) VALUES (?, ?, ?, 1, ?, ?, 1, ?, ?, ?)
                """,
            arguments: [
                name, draft.name.key, draft.role.rawValue, draft.email, draft.hash.encoded, time, time, time,
            ])
        return db.lastInsertedRowID
    }

    private static func hasUsers(_ db: Database) throws -> Bool {
        try Int.fetchOne(db, sql: "SELECT 1 FROM user LIMIT 1") != nil
    }

    /// Refuses what would leave nobody who can look after the users.
    private static func checkAdmin(_ isNeeded: Bool, _ db: Database) throws {
        guard isNeeded else { return }
        let left = try Int.fetchOne(db, sql: "SELECT 1 FROM user WHERE role = 'admin' AND enabled LIMIT 1")
        if left == nil {
            throw StoreError(
                .failedPrecondition,
                "this is the last admin who can log in: make another one first, or let root do it with wgpilotctl")
        }
    }

    /// The user of a name, by Swift's comparison, to which equivalent code points are equal. There are few enough users.
    static func userID(named name: String, _ db: Database) throws -> Int64? {
        let key = UserName.key(of: name)
        let rows = try Row.fetchCursor(db.cachedStatement(sql: "SELECT id, nameKey FROM user"))
        while let row = try rows.next() {
            if try row.decode(String.self, atIndex: 1) == key { return try row.decode(Int64.self, atIndex: 0) }
        }
        return nil
    }

    func requireUser(named reference: String, _ db: Database) throws -> WebUser {
        if let id = try Self.userID(named: reference, db) { return try requireUser(id, db) }
        guard let id = Self.number(reference), let user = try findUser(id, db) else {
            throw StoreError(.notFound, "there is no user \(reference.quotedForMessage)")
        }
        return user
    }

    func requireUser(_ id: Int64, _ db: Database) throws -> WebUser {
        guard let user = try findUser(id, db) else { throw StoreError(.notFound, "there is no user \(id)") }
        return user
    }

    func findUser(_ id: Int64, _ db: Database) throws -> WebUser? {
        let time = now()
        let statement = try db.cachedStatement(sql: "\(Self.selectUser) WHERE id = ?")
        return try Row.fetchOne(statement, arguments: [time, time, id]).map { try Self.user(row: $0) }
    }

    private func credential(ofUser id: Int64, _ db: Database) throws -> Credential {
        let user = try requireUser(id, db)
        guard let text = try String.fetchOne(db, sql: "SELECT passwordHash FROM user WHERE id = ?", arguments: [id]),
            let hash = PasswordHash(encoded: text)
        else { throw StoreError.corrupt(table: "user", column: "passwordHash", id: id) }
        return Credential(user: user, hash: hash)
    }

    private static let selectUser = """
        SELECT id, name, role, enabled, email, passwordVersion, passwordChangedAt, createdAt, updatedAt, lastLoginAt, \
        (SELECT count(*) FROM totp WHERE totp.userID = user.id AND secret IS NOT NULL), \
        (SELECT count(*) FROM recoveryCode WHERE recoveryCode.userID = user.id), \
        (SELECT count(*) FROM session WHERE session.userID = user.id AND idleExpiresAt > ? AND expiresAt > ?) FROM user
        """

    private static func user(row: Row) throws -> WebUser {
        let reader = ColumnReader(row: row, table: "user", id: try row.decode(Int64.self, atIndex: 0))
        guard let role = APIToken.Role(rawValue: try reader.text(2)) else { throw reader.damaged("role") }
        return try WebUser(
            id: reader.int64(0, "id"), name: reader.value(1, "name") { try UserName($0) }, role: role,
            isEnabled: reader.bool(3), email: reader.text(4), passwordVersion: reader.int64(5, "passwordVersion"),
            passwordChangedAt: reader.int64(6, "passwordChangedAt"), createdAt: reader.int64(7, "createdAt"),
            updatedAt: reader.int64(8, "updatedAt"), lastLoginAt: row.decode(Int64?.self, atIndex: 9),
            hasSecondFactor: reader.bool(10), recoveryCodesLeft: Int(reader.int64(11, "recoveryCodes")),
            sessions: Int(reader.int64(12, "sessions")))
    }
}

extension WebUser {
    /// Whether the user can look after the users.
    fileprivate var isAdmin: Bool { role == .admin && isEnabled }
}

extension AuditHash {
    /// Whether these are its bytes; takes a time that does not depend on where they differ.
    func isEqual(to other: [UInt8]) -> Bool {
        zip(bytes, other).reduce(bytes.count == other.count ? UInt8(0) : 1) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
