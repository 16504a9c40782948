import FoundationEssentials
import GRDB
import WGPilotCore

extension StateStore {
    /// The most links that wait to be used.
    public static let mostLinks = 10_000
    /// How many seconds a link may be good for: a minute to a week. Who has it has the peer's keys.
    public static let linkLifetimes: ClosedRange<Int64> = 60...(7 * 86400)

    /// Makes a link by which a peer's configuration is fetched once.
    ///
    /// - Parameters:
    ///   - peerID: The peer.
    ///   - networkID: Its network.
    ///   - lifetime: For how many seconds, one of ``linkLifetimes``.
    ///   - createdBy: Who makes it.
    ///   - options: What the audit log tells, and the idempotency key; a link is always made for good.
    /// - Returns: The link, and what its bearer presents: it is told this once and kept nowhere.
    /// - Throws: `notFound`; `invalid` for the time; `failedPrecondition` for a peer whose private key is not held, as its
    ///   configuration would not work; `exhausted` where there are ``mostLinks``.
    public func createLink(
        toPeer peerID: Int64, in networkID: Int64, lifetime: Int64, createdBy: String,
        options: WriteOptions = WriteOptions()
    ) async throws(StoreError) -> (link: ConfigurationLink, secret: TokenSecret) {
        let secret = TokenSecret.generate(.link)
        let digest = Data(secret.digest.bytes)
        let link = try await record(options.audit) { db in
            let time = self.now()
            try IdempotencyRecord.refuse(options.idempotency, now: time, db)
            guard Self.linkLifetimes.contains(lifetime) else {
                let (least, most) = (Self.linkLifetimes.lowerBound, Self.linkLifetimes.upperBound)
                throw StoreError(
                    .invalid,
                    violations: [.init(field: "lifetime", message: "a link is good for \(least) to \(most) seconds")])
            }
            let peer = try PeerRecord.require(peerID, in: NetworkRecord.require(networkID, db).network, db)
            guard peer.custody == .held else {
                throw StoreError(
                    .failedPrecondition,
                    "the private key of \(peer.settings.name.description.quotedForMessage) is not held here, so that "
                        + "whoever followed the link could not use the configuration")
            }
            try db.execute(sql: "DELETE FROM link WHERE expiresAt <= ?", arguments: [time])
            guard try (Int.fetchOne(db, sql: "SELECT count(*) FROM link") ?? 0) < Self.mostLinks else {
                throw StoreError(.exhausted, "there are \(Self.mostLinks) links, which is the most; revoke some")
            }
            try db.execute(
                sql: "INSERT INTO link (peerID, digest, createdBy, createdAt, expiresAt) VALUES (?, ?, ?, ?, ?)",
                arguments: [peerID, digest, AuditEntry.cut(createdBy), time, time + lifetime])
            let id = db.lastInsertedRowID
            if let key = options.idempotency { try IdempotencyRecord.insert(key, object: id, now: time, db) }
            guard let link = try Self.link(Self.selectLink + " WHERE link.id = ?", [id], db) else {
                throw StoreError(.internal, "a link is gone as soon as it is made")
            }
            return link
        }
        return (link, secret)
    }

    /// The links of a network's peers that are still good, oldest first; throws `notFound` for the network.
    public func links(in networkID: Int64) async throws(StoreError) -> [ConfigurationLink] {
        let time = now()
        return try await read { db in
            _ = try NetworkRecord.require(networkID, db)
            return try Row.fetchAll(
                db, sql: "\(Self.selectLink) WHERE networkID = ? AND expiresAt > ? ORDER BY link.id",
                arguments: [networkID, time]
            ).map { try Self.link(row: $0) }
        }
    }

    /// The link of this number; throws `notFound` where there is none (any more).
    public func link(_ id: Int64) async throws(StoreError) -> ConfigurationLink {
        let link = try await read { try Self.link(Self.selectLink + " WHERE link.id = ?", [id], $0) }
        guard let link else { throw Self.noLink(id) }
        return link
    }

    /// The link that somebody presents, where it is one of ours and its time is not up.
    public func link(presented secret: TokenSecret) async throws(StoreError) -> ConfigurationLink? {
        let time = now()
        return try await read { db in
            try Self.link(
                Self.selectLink + " WHERE digest = ? AND expiresAt > ?", [Data(secret.digest.bytes), time], db)
        }
    }

    /// Makes a link worthless at once: it was used, or it is not to be. Of two who use it only one hears that it was there.
    ///
    /// - Parameters:
    ///   - id: The link.
    ///   - audit: What the audit log tells of it.
    /// - Throws: `notFound` where it is worthless already.
    public func burnLink(_ id: Int64, audit: AuditContext? = nil) async throws(StoreError) {
        try await record(audit) { db in
            try db.execute(sql: "DELETE FROM link WHERE id = ? AND expiresAt > ?", arguments: [id, self.now()])
            guard db.changesCount == 1 else { throw Self.noLink(id) }
        }
    }

    // MARK: - Rows

    private static let selectLink = """
        SELECT link.id, networkID, peerID, name, createdBy, link.createdAt, link.expiresAt \
        FROM (SELECT id, peerID, digest, createdBy, createdAt, expiresAt FROM link) AS link \
        JOIN (SELECT id AS number, networkID, name FROM peer) AS peer ON number = peerID
        """

    private static func link(
        _ sql: String, _ arguments: StatementArguments, _ db: Database
    ) throws -> ConfigurationLink? {
        try Row.fetchOne(db.cachedStatement(sql: sql), arguments: arguments).map { try link(row: $0) }
    }

    private static func link(row: Row) throws -> ConfigurationLink {
        let reader = ColumnReader(row: row, table: "link", id: try row.decode(Int64.self, atIndex: 0))
        return try ConfigurationLink(
            id: reader.int64(0, "id"), networkID: reader.int64(1, "networkID"), peerID: reader.int64(2, "peerID"),
            peerName: reader.text(3), createdBy: reader.text(4), createdAt: reader.int64(5, "createdAt"),
            expiresAt: reader.int64(6, "expiresAt"))
    }

    private static func noLink(_ id: Int64) -> StoreError {
        StoreError(.notFound, "there is no link \(id): it was used or revoked, or its time is up")
    }
}
