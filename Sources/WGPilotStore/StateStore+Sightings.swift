import FoundationEssentials
import GRDB
public import WGPilotCore

extension StateStore {
    /// Notes when and where the peers of an interface were last seen. Only what is news is written, all of it in one
    /// transaction; nothing where there is none.
    public func noteSightings(
        on interface: InterfaceName, _ statuses: [PublicKey: PeerStatus]
    ) async throws(StoreError) {
        let news = try await read { db -> [(id: Int64, sighting: PeerSighting)] in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT peer.id, peer.publicKey, handshakeAt, seenEndpoint \
                    FROM network JOIN peer ON peer.networkID = network.id \
                    LEFT JOIN peerSighting ON peerSighting.peerID = peer.id WHERE interface = ?
                    """)
            let rows = try Row.fetchCursor(statement, arguments: [interface.description])
            var news: [(Int64, PeerSighting)] = []
            while let row = try rows.next() {
                var reader = ColumnReader(row: row, table: "peerSighting")
                let id = try reader.int64(0, "peerID")
                reader.id = id
                guard let status = try statuses[reader.publicKey(1, "publicKey")],
                    let handshakeAt = status.latestHandshake, handshakeAt > 0,
                    try handshakeAt > (row.decode(Int64?.self, atIndex: 2) ?? 0)
                else { continue }
                news.append((id, PeerSighting(handshakeAt: handshakeAt, endpoint: status.endpoint?.description)))
            }
            return news
        }
        if news.isEmpty { return }
        try await write { db in try Self.note(Dictionary(uniqueKeysWithValues: news), db) }
    }

    /// Notes when and where peers were last seen, by the number of the peer.
    static func note(_ sightings: [Int64: PeerSighting], _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO peerSighting (peerID, handshakeAt, seenEndpoint) \
                SELECT id, ?, ? FROM peer WHERE id = ?
                """)
        for (id, sighting) in sightings {
            try statement.execute(arguments: [sighting.handshakeAt, sighting.endpoint, id])
        }
    }
}
