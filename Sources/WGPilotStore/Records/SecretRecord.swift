import FoundationEssentials
import GRDB
import WGPilotCore

/// The rows of `networkSecret` and `peerSecret`, sealed and opened.
enum SecretRecord {
    private static func networkPlace(_ id: Int64) -> SecretSealer.Place {
        SecretSealer.Place(table: "networkSecret", column: "privateKey", row: id)
    }

    private static func privateKeyPlace(_ id: Int64) -> SecretSealer.Place {
        SecretSealer.Place(table: "peerSecret", column: "privateKey", row: id)
    }

    private static func presharedKeyPlace(_ id: Int64) -> SecretSealer.Place {
        SecretSealer.Place(table: "peerSecret", column: "presharedKey", row: id)
    }

    static func insert(_ key: PrivateKey, ofNetwork id: Int64, _ sealer: SecretSealer, _ db: Database) throws {
        let sealed = try key.withBytes { try sealer.seal($0, for: networkPlace(id)) }
        let statement = try db.cachedStatement(sql: "INSERT INTO networkSecret (networkID, privateKey) VALUES (?, ?)")
        try statement.execute(arguments: [id, sealed])
    }

    static func replace(_ key: PrivateKey, ofNetwork id: Int64, _ sealer: SecretSealer, _ db: Database) throws {
        let sealed = try key.withBytes { try sealer.seal($0, for: networkPlace(id)) }
        let statement = try db.cachedStatement(sql: "UPDATE networkSecret SET privateKey = ? WHERE networkID = ?")
        try statement.execute(arguments: [sealed, id])
    }

    static func privateKey(ofNetwork id: Int64, _ sealer: SecretSealer, _ db: Database) throws -> PrivateKey {
        let statement = try db.cachedStatement(sql: "SELECT privateKey FROM networkSecret WHERE networkID = ?")
        let place = networkPlace(id)
        guard let sealed = try Data.fetchOne(statement, arguments: [id]),
            let key = try sealer.open(sealed, from: place, { PrivateKey(bytes: $0) })
        else { throw StoreError.corrupt(table: "networkSecret", column: "privateKey", id: id) }
        return key
    }

    /// Stores what a new peer has of secrets.
    static func insert(_ secrets: PeerSecrets, ofPeer id: Int64, _ sealer: SecretSealer, _ db: Database) throws {
        if secrets.privateKey == nil && secrets.presharedKey == nil { return }
        let (privateKey, presharedKey) = try sealed(secrets, ofPeer: id, sealer)
        let statement = try db.cachedStatement(
            sql: "INSERT INTO peerSecret (peerID, privateKey, presharedKey) VALUES (?, ?, ?)")
        try statement.execute(arguments: [id, privateKey, presharedKey])
    }

    /// Stores what a peer has of secrets in the place of what it had.
    static func replace(_ secrets: PeerSecrets, ofPeer id: Int64, _ sealer: SecretSealer, _ db: Database) throws {
        let (privateKey, presharedKey) = try sealed(secrets, ofPeer: id, sealer)
        try store(privateKey, presharedKey, ofPeer: id, db)
    }

    private static func sealed(
        _ secrets: PeerSecrets, ofPeer id: Int64, _ sealer: SecretSealer
    ) throws -> (privateKey: Data?, presharedKey: Data?) {
        (
            try secrets.privateKey?.withBytes { try sealer.seal($0, for: privateKeyPlace(id)) },
            try secrets.presharedKey?.withBytes { try sealer.seal($0, for: presharedKeyPlace(id)) }
        )
    }

    /// Stores the secrets that an edit replaces. What stays is not sealed anew, so that it does not look changed.
    static func update(_ secrets: NewSecrets, ofPeer id: Int64, _ sealer: SecretSealer, _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: "SELECT privateKey, presharedKey FROM peerSecret WHERE peerID = ?")
        let row = try Row.fetchOne(statement, arguments: [id])
        var privateKey = try row?.decode(Data?.self, atIndex: 0)
        var presharedKey = try row?.decode(Data?.self, atIndex: 1)
        if secrets.replacesPrivateKey {
            privateKey = try secrets.kept.privateKey?.withBytes { try sealer.seal($0, for: privateKeyPlace(id)) }
        }
        if secrets.replacesPresharedKey {
            presharedKey = try secrets.kept.presharedKey?.withBytes { try sealer.seal($0, for: presharedKeyPlace(id)) }
        }
        try store(privateKey, presharedKey, ofPeer: id, db)
    }

    private static func store(_ privateKey: Data?, _ presharedKey: Data?, ofPeer id: Int64, _ db: Database) throws {
        if privateKey == nil && presharedKey == nil {
            try db.cachedStatement(sql: "DELETE FROM peerSecret WHERE peerID = ?").execute(arguments: [id])
        } else {
            let statement = try db.cachedStatement(
                sql: "INSERT OR REPLACE INTO peerSecret (peerID, privateKey, presharedKey) VALUES (?, ?, ?)")
            try statement.execute(arguments: [id, privateKey, presharedKey])
        }
    }

    static func secrets(ofPeer id: Int64, _ sealer: SecretSealer, _ db: Database) throws -> PeerSecrets {
        let statement = try db.cachedStatement(
            sql: "SELECT privateKey, presharedKey FROM peerSecret WHERE peerID = ?")
        guard let row = try Row.fetchOne(statement, arguments: [id]) else { return PeerSecrets() }
        let sealed = try row.decode(Data?.self, atIndex: 0)
        let privateKey = try sealed.map { sealed in
            guard let key = try sealer.open(sealed, from: privateKeyPlace(id), { PrivateKey(bytes: $0) }) else {
                throw StoreError.corrupt(table: "peerSecret", column: "privateKey", id: id)
            }
            return key
        }
        return PeerSecrets(
            privateKey: privateKey,
            presharedKey: try row.decode(Data?.self, atIndex: 1).map { try openPresharedKey($0, id, sealer) })
    }

    static func openPresharedKey(_ sealed: Data, _ id: Int64, _ sealer: SecretSealer) throws -> PresharedKey {
        guard let key = try sealer.open(sealed, from: presharedKeyPlace(id), { PresharedKey(bytes: $0) }) else {
            throw StoreError.corrupt(table: "peerSecret", column: "presharedKey", id: id)
        }
        return key
    }
}
