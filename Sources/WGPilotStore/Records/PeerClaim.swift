import FoundationEssentials
import GRDB
import WGPilotCore

/// What one peer of a network has, or is to have, and no other may.
enum PeerClaim: Int64 {
    /// The name, however it is spelled.
    case name
    case publicKey
    /// The key that a rotation prepared.
    case pendingKey
    /// The number that makes the tunnel addresses.
    case hostNumber

    /// The names of the peers that have what another one is to have, by what it is; one statement for all of it, as
    /// thousands of peers can be made at once.
    ///
    /// - Parameters:
    ///   - name: The name that is looked for; nil for none. So are the key and the number.
    ///   - id: The peer whose own claims do not count.
    static func holders(
        ofName name: DisplayName? = nil, key: PublicKey? = nil, number: Int64? = nil, in networkID: Int64,
        except id: Int64, _ db: Database
    ) throws -> [PeerClaim: String] {
        let spellings = name?.description.spellings ?? []
        // Most names have one: for a list SQLite would make a table of its members. Of the keys that wait, few, it begins
        // with those: a CROSS JOIN keeps the order.
        let named = spellings.count > 1 ? "name IN (?3, ?4, ?5)" : "name = ?3 AND ?4 IS NULL AND ?5 IS NULL"
        let statement = try db.cachedStatement(
            sql: """
                SELECT 0, name FROM peer WHERE networkID = ?1 AND \(named) AND id <> ?2 \
                UNION ALL SELECT 1, name FROM peer WHERE networkID = ?1 AND publicKey = ?6 AND id <> ?2 \
                UNION ALL SELECT 2, name FROM pendingKey CROSS JOIN peer ON peer.id = peerID \
                WHERE nextPublicKey = ?6 AND networkID = ?1 AND peer.id <> ?2 \
                UNION ALL SELECT 3, name FROM peer WHERE networkID = ?1 AND hostNumber = ?7 AND id <> ?2
                """)
        func spelling(_ index: Int) -> String? { index < spellings.count ? spellings[index] : nil }
        let rows = try Row.fetchCursor(
            statement,
            arguments: [
                networkID, id, spelling(0), spelling(1), spelling(2), key.map { Data($0.bytes) }, number,
            ])
        var holders: [PeerClaim: String] = [:]
        while let row = try rows.next() {
            guard let claim = try PeerClaim(rawValue: row.decode(Int64.self, atIndex: 0)) else { continue }
            holders[claim] = try row.decode(String.self, atIndex: 1)
        }
        return holders
    }
}
