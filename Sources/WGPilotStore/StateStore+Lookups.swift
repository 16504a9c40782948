import FoundationEssentials
import GRDB
public import WGPilotCore

extension StateStore {
    /// The peer that has this public key; nil where the network has none.
    public func peer(in networkID: Int64, key: PublicKey) async throws(StoreError) -> Peer? {
        try await read { db in
            let statement = try db.cachedStatement(
                sql: "\(PeerRecord.select) WHERE networkID = ? AND publicKey = ?")
            return try Row.fetchOne(statement, arguments: [networkID, Data(key.bytes)]).map {
                try PeerRecord.peer(row: $0, db)
            }
        }
    }

    /// The peer that has a tunnel address, with its network; nil where none has it.
    public func peer(at address: IPAddress) async throws(StoreError) -> (network: Network, peer: Peer)? {
        try await read { db in
            for record in try NetworkRecord.all(db) {
                guard record.network.settings.blocks.contains(where: { $0.block.contains(address) }),
                    let number = try? record.plan.number(of: address)
                else { continue }
                let statement = try db.cachedStatement(
                    sql: "\(PeerRecord.select) WHERE networkID = ? AND hostNumber = ?")
                let row = try Row.fetchOne(statement, arguments: [record.network.id, number])
                return try row.map { (record.network, try PeerRecord.peer(row: $0, db)) }
            }
            return nil
        }
    }

    /// The peer of this number, in whichever network it is, with that; throws `notFound` where there is none.
    public func peerWithNetwork(_ id: Int64) async throws(StoreError) -> (network: Network, peer: Peer) {
        try await read { db in
            let statement = try db.cachedStatement(sql: "SELECT networkID FROM peer WHERE id = ?")
            guard let networkID = try Int64.fetchOne(statement, arguments: [id]) else {
                throw StoreError(.notFound, "there is no peer \(id)")
            }
            let network = try NetworkRecord.require(networkID, db).network
            return (network, try PeerRecord.require(id, in: network, db))
        }
    }

    /// The names of a network's peers, oldest first; none where there is no such network.
    public func peerNames(in networkID: Int64) async throws(StoreError) -> [String] {
        try await read { db in
            let statement = try db.cachedStatement(sql: "SELECT name FROM peer WHERE networkID = ? ORDER BY id")
            return try String.fetchAll(statement, arguments: [networkID])
        }
    }

    /// The peers of these numbers as NETWORK/PEER; those that are not there (any more) are left out.
    public func peerPaths(_ ids: Set<Int64>) async throws(StoreError) -> [Int64: String] {
        try await read { db in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT network.name, peer.name FROM peer JOIN network ON network.id = networkID WHERE peer.id = ?
                    """)
            var paths: [Int64: String] = [:]
            for id in ids {
                guard let row = try Row.fetchOne(statement, arguments: [id]) else { continue }
                let reader = ColumnReader(row: row, table: "peer", id: id)
                paths[id] = try "\(reader.text(0))/\(reader.text(1))"
            }
            return paths
        }
    }

    /// The subnets and site networks of the networks that a bridge joins to this one, in whichever direction: answers go
    /// the other way. Bridges that are switched off do not count.
    public func bridgedBlocks(of networkID: Int64) async throws(StoreError) -> [IPPrefix] {
        try await read { try Self.bridgedBlocks(of: networkID, $0) }
    }

    static func bridgedBlocks(of networkID: Int64, _ db: Database) throws -> [IPPrefix] {
        var blocks: [IPPrefix] = []
        for bridge in try BridgeRecord.all(db) where bridge.settings.enabled {
            let pair = [bridge.settings.networkA, bridge.settings.networkB]
            guard pair.contains(networkID), let other = pair.first(where: { $0 != networkID }) else { continue }
            let settings = try NetworkRecord.require(other, db).network.settings
            blocks += settings.blocks.map(\.block)
            if settings.mode == .siteToSite {
                blocks += try SiteNetworkRecord.blocks(inNetwork: other, db).map(\.block)
            }
        }
        return blocks
    }
}
