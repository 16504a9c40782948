import FoundationEssentials
import GRDB
public import WGPilotCore

extension StateStore {
    /// What each transaction changes from now on, in the order of the commits, until the sequence is dropped.
    ///
    /// What nobody has fetched yet is kept: numbers of rows alone, so a reader that is late costs little.
    public func changes() -> AsyncStream<ChangedRows> {
        let (stream, continuation) = AsyncStream.makeStream(of: ChangedRows.self)
        let number = commits.listen { continuation.yield($0) }
        continuation.onTermination = { [commits] _ in commits.end(number) }
        return stream
    }

    /// Counts the transactions from now on that change networks or peers, for whoever keeps something of them.
    public func changeCounter() -> ChangeCounter {
        let counter = ChangeCounter()
        commits.listen { [weak counter] rows in
            if !rows.peers.isEmpty || !rows.networks.isEmpty || rows.mayBeAnything { counter?.increment() }
        }
        return counter
    }

    /// The peers of these numbers; those that are not there (any more) are left out.
    public func peers(_ ids: [Int64]) async throws(StoreError) -> [Peer] {
        try await read { db in
            let statement = try db.cachedStatement(sql: "\(PeerRecord.select) WHERE peer.id = ?")
            return try ids.compactMap { id in
                try Row.fetchOne(statement, arguments: [id]).map { try PeerRecord.peer(row: $0, db) }
            }
        }
    }

    /// Which peer of which network has which key and name.
    public func peerKeys() async throws(StoreError) -> [PeerKey] {
        try await read { db in
            let rows = try Row.fetchCursor(
                db.cachedStatement(sql: "SELECT id, networkID, publicKey, name FROM peer ORDER BY id"))
            var keys: [PeerKey] = []
            while let row = try rows.next() {
                var reader = ColumnReader(row: row, table: "peer")
                let id = try reader.int64(0, "id")
                reader.id = id
                keys.append(
                    try PeerKey(
                        id: id, networkID: reader.int64(1, "networkID"), key: reader.publicKey(2, "publicKey"),
                        name: reader.text(3)))
            }
            return keys
        }
    }

    /// Which peers of the network with this interface have which of these keys, or all of its peers.
    ///
    /// - Parameters:
    ///   - interface: The network's interface, whether it is switched on or not.
    ///   - keys: The keys that are looked for; nil for all that the network has.
    /// - Returns: nil where no network has such an interface.
    public func peers(
        behind interface: InterfaceName, _ keys: [PublicKey]?
    ) async throws(StoreError) -> (networkID: Int64, peers: [PublicKey: Int64])? {
        try await read { db in
            let network = try db.cachedStatement(sql: "SELECT id FROM network WHERE interface = ?")
            guard let id = try Int64.fetchOne(network, arguments: [interface.description]) else { return nil }
            var peers: [PublicKey: Int64] = [:]
            if let keys, keys.count <= Self.mostSingleLookups {
                let one = try db.cachedStatement(sql: "SELECT id FROM peer WHERE networkID = ? AND publicKey = ?")
                for key in keys { peers[key] = try Int64.fetchOne(one, arguments: [id, Data(key.bytes)]) }
                return (id, peers)
            }
            let wanted = keys.map { Set($0) }
            let all = try db.cachedStatement(sql: "SELECT id, publicKey FROM peer WHERE networkID = ?")
            let rows = try Row.fetchCursor(all, arguments: [id])
            while let row = try rows.next() {
                let reader = ColumnReader(row: row, table: "peer")
                let key = try reader.publicKey(1, "publicKey")
                if wanted?.contains(key) != false { peers[key] = try reader.int64(0, "id") }
            }
            return (id, peers)
        }
    }

    /// What more keys than these have is looked for by reading all that the network has.
    static let mostSingleLookups = 256
}
