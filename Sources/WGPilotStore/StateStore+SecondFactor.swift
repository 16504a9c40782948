import FoundationEssentials
import GRDB
public import WGPilotCore

extension StateStore {
    /// How many recovery codes there are at a time.
    public static let recoveryCodes = 10
    /// How many seconds a second factor waits to be confirmed.
    public static let enrolmentTime: Int64 = 900

    /// Makes the secret of a second factor that waits to be confirmed. One that counts already goes on counting until then.
    public func enrol(user id: Int64, audit: AuditContext? = nil) async throws(StoreError) -> TOTPSecret {
        let secret = TOTPSecret.generate()
        return try await record(audit) { db in
            _ = try self.requireUser(id, db)
            let sealed = try secret.withBytes { try self.sealer.seal($0, for: Self.place("pendingSecret", id)) }
            try db.execute(
                sql: """
                    INSERT INTO totp (userID, pendingSecret, pendingUntil, lastStep) VALUES (?, ?, ?, -1) \
                    ON CONFLICT (userID) DO UPDATE SET \
                    pendingSecret = excluded.pendingSecret, pendingUntil = excluded.pendingUntil
                    """,
                arguments: [id, sealed, self.now() + Self.enrolmentTime])
            return secret
        }
    }

    /// Switches on the second factor that waits, with a code that it made, and makes recovery codes.
    ///
    /// - Returns: The codes, which are told this once; nil where it is not its code.
    /// - Throws: `failedPrecondition` where none waits.
    public func confirmSecondFactor(
        ofUser id: Int64, _ code: String, audit: AuditContext? = nil
    ) async throws(StoreError) -> [CodeSecret]? {
        let codes = Self.freshCodes()
        let digits = Self.digits(code)
        do {
            return try await record(audit) { db in
                let time = self.now()
                let row = try Row.fetchOne(
                    db, sql: "SELECT pendingSecret FROM totp WHERE userID = ? AND pendingUntil > ?",
                    arguments: [id, time])
                guard let row else {
                    throw StoreError(
                        .failedPrecondition, "no second factor waits to be confirmed, or its time is up: begin again")
                }
                let secret = try self.secret(row.decode(Data.self, atIndex: 0), "pendingSecret", id)
                guard let step = secret.step(of: digits, at: time, after: -1) else {
                    throw StoreError.stale("the code")
                }
                let sealed = try secret.withBytes { try self.sealer.seal($0, for: Self.place("secret", id)) }
                try db.execute(
                    sql: """
                        UPDATE totp SET secret = ?, pendingSecret = NULL, pendingUntil = NULL, lastStep = ? \
                        WHERE userID = ?
                        """,
                    arguments: [sealed, step, id])
                try Self.replaceCodes(ofUser: id, codes, db)
                try self.touchUser(id, db)
                return codes
            }
        } catch {
            if error.code == .stale { return nil }
            throw error
        }
    }

    /// Takes the code of a user's second factor, or a recovery code, each of which is taken once.
    ///
    /// - Parameters:
    ///   - id: The user.
    ///   - answer: What the user typed.
    ///   - takesTimed: Whether a code of 6 digits is looked at, or a recovery code alone.
    /// - Returns: Whether it was right; also where the user has no second factor, it is not.
    public func passSecondFactor(
        ofUser id: Int64, _ answer: String, takesTimed: Bool = true
    ) async throws(StoreError) -> Bool {
        if let code = CodeSecret(presented: answer, .recovery) {
            return try await write { db in
                try db.execute(
                    sql: "DELETE FROM recoveryCode WHERE userID = ? AND digest = ?",
                    arguments: [id, Data(code.digest.bytes)])
                return db.changesCount == 1
            }
        }
        guard takesTimed else { return false }
        let digits = Self.digits(answer)
        return try await write { db in
            let row = try Row.fetchOne(
                db, sql: "SELECT secret, lastStep FROM totp WHERE userID = ? AND secret IS NOT NULL", arguments: [id])
            guard let row else { return false }
            let secret = try self.secret(row.decode(Data.self, atIndex: 0), "secret", id)
            let last = try row.decode(Int64.self, atIndex: 1)
            guard let step = secret.step(of: digits, at: self.now(), after: last) else { return false }
            try db.execute(sql: "UPDATE totp SET lastStep = ? WHERE userID = ?", arguments: [step, id])
            return true
        }
    }

    /// Takes a user's second factor away, with the recovery codes.
    ///
    /// - Parameters:
    ///   - id: The user.
    ///   - endsSessions: Whether the user's sessions end.
    ///   - audit: What the audit log tells of it.
    public func removeSecondFactor(
        ofUser id: Int64, endsSessions: Bool, audit: AuditContext? = nil
    ) async throws(StoreError) -> WebUser {
        try await record(audit) { db in
            _ = try self.requireUser(id, db)
            try db.execute(sql: "DELETE FROM totp WHERE userID = ?", arguments: [id])
            if db.changesCount > 0 { try self.touchUser(id, db) }
            if endsSessions { try db.execute(sql: "DELETE FROM session WHERE userID = ?", arguments: [id]) }
            return try self.requireUser(id, db)
        }
    }

    /// Makes new recovery codes, which are told this once; throws `failedPrecondition` for a user without second factor.
    public func replaceRecoveryCodes(
        ofUser id: Int64, audit: AuditContext? = nil
    ) async throws(StoreError) -> [CodeSecret] {
        let codes = Self.freshCodes()
        return try await record(audit) { db in
            guard try self.requireUser(id, db).hasSecondFactor else {
                throw StoreError(.failedPrecondition, "there is no second factor that codes could stand in for")
            }
            try Self.replaceCodes(ofUser: id, codes, db)
            try self.touchUser(id, db)
            return codes
        }
    }

    /// A code as apps show it, in groups or not; nothing for what is too long to be one.
    private static func digits(_ typed: String) -> String {
        typed.utf8.count <= 64 ? typed.filter { $0 != " " && $0 != "-" } : ""
    }

    private static func freshCodes() -> [CodeSecret] { (0..<recoveryCodes).map { _ in .generate(.recovery) } }

    private static func replaceCodes(ofUser id: Int64, _ codes: [CodeSecret], _ db: Database) throws {
        try db.execute(sql: "DELETE FROM recoveryCode WHERE userID = ?", arguments: [id])
        for code in codes {
            try db.execute(
                sql: "INSERT INTO recoveryCode (userID, digest) VALUES (?, ?)",
                arguments: [id, Data(code.digest.bytes)])
        }
    }

    private func touchUser(_ id: Int64, _ db: Database) throws {
        let user = try requireUser(id, db)
        try db.execute(
            sql: "UPDATE user SET updatedAt = ? WHERE id = ?", arguments: [time(after: user.updatedAt), id])
    }

    private func secret(_ sealed: Data, _ column: StaticString, _ id: Int64) throws -> TOTPSecret {
        let secret = try sealer.open(sealed, from: Self.place(column, id)) { TOTPSecret(bytes: $0) }
        guard let secret else { throw StoreError.corrupt(table: "totp", column: "\(column)", id: id) }
        return secret
    }

    private static func place(_ column: StaticString, _ id: Int64) -> SecretSealer.Place {
        SecretSealer.Place(table: "totp", column: column, row: id)
    }
}
