import FoundationEssentials
import GRDB
import WGPilotCore

/// A row of `pendingKey`: the keys that a rotation prepared, sealed and opened.
enum PendingKeyRecord {
    private static func privateKeyPlace(_ id: Int64) -> SecretSealer.Place {
        SecretSealer.Place(table: "pendingKey", column: "nextPrivateKey", row: id)
    }

    private static func presharedKeyPlace(_ id: Int64) -> SecretSealer.Place {
        SecretSealer.Place(table: "pendingKey", column: "nextPresharedKey", row: id)
    }

    /// Prepares keys in the place of those that were prepared before.
    ///
    /// - Parameter secrets: All that the peer is to have, a preshared key that stays among it.
    static func replace(
        _ key: PendingKey, _ secrets: PeerSecrets, isShownOnce: Bool, ofPeer id: Int64, _ sealer: SecretSealer,
        _ db: Database
    ) throws {
        let privateKey = try secrets.privateKey?.withBytes { try sealer.seal($0, for: privateKeyPlace(id)) }
        let presharedKey = try secrets.presharedKey?.withBytes { try sealer.seal($0, for: presharedKeyPlace(id)) }
        let statement = try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO pendingKey (peerID, nextPublicKey, nextPrivateKey, nextPresharedKey, \
                nextShownOnce, activatesAt) VALUES (?, ?, ?, ?, ?, ?)
                """)
        try statement.execute(arguments: [
            id, Data(key.publicKey.bytes), privateKey, presharedKey, isShownOnce, key.activatesAt,
        ])
    }

    /// What is prepared for a peer; nil where nothing is.
    static func find(
        ofPeer id: Int64, _ sealer: SecretSealer, _ db: Database
    ) throws -> (key: PendingKey, secrets: PeerSecrets, custody: KeyCustody)? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT nextPublicKey, activatesAt, nextShownOnce, nextPrivateKey, nextPresharedKey FROM pendingKey \
                WHERE peerID = ?
                """)
        guard let row = try Row.fetchOne(statement, arguments: [id]) else { return nil }
        let reader = ColumnReader(row: row, table: "pendingKey", id: id)
        let privateKey = try row.decode(Data?.self, atIndex: 3).map { sealed in
            guard let key = try sealer.open(sealed, from: privateKeyPlace(id), { PrivateKey(bytes: $0) }) else {
                throw reader.damaged("nextPrivateKey")
            }
            return key
        }
        let presharedKey = try row.decode(Data?.self, atIndex: 4).map { sealed in
            guard let key = try sealer.open(sealed, from: presharedKeyPlace(id), { PresharedKey(bytes: $0) }) else {
                throw reader.damaged("nextPresharedKey")
            }
            return key
        }
        let isShownOnce = try reader.bool(2)
        return try (
            PendingKey(publicKey: reader.publicKey(0, "nextPublicKey"), activatesAt: reader.int64(1, "activatesAt")),
            PeerSecrets(privateKey: privateKey, presharedKey: presharedKey),
            privateKey != nil ? .held : isShownOnce ? .once : .client
        )
    }

    static func delete(ofPeer id: Int64, _ db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM pendingKey WHERE peerID = ?").execute(arguments: [id])
    }

    /// The peers whose keys are due, with their networks.
    static func due(_ now: Int64, _ db: Database) throws -> [(peerID: Int64, networkID: Int64)] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT peer.id, networkID FROM pendingKey JOIN peer ON peer.id = peerID WHERE activatesAt <= ? \
                ORDER BY peer.id
                """)
        return try Row.fetchAll(statement, arguments: [now]).map { row in
            let reader = ColumnReader(row: row, table: "pendingKey")
            return try (reader.int64(0, "peerID"), reader.int64(1, "networkID"))
        }
    }
}
