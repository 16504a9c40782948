import FoundationEssentials
import GRDB
import WGPilotCore

/// A row of `siteNetwork`: one block behind a site gateway. Stored blocks never overlap, on the whole hub.
enum SiteNetworkRecord {
    /// The blocks behind a peer, in the order they were given.
    static func blocks(ofPeer id: Int64, _ db: Database) throws -> [IPPrefix] {
        let statement = try db.cachedStatement(
            sql: "SELECT family, first, prefixLength, peerID FROM siteNetwork WHERE peerID = ? ORDER BY position")
        return try Row.fetchAll(statement, arguments: [id]).map { try block(row: $0) }
    }

    /// The blocks behind the peers of a network, oldest peer first.
    static func blocks(inNetwork id: Int64, _ db: Database) throws -> [(peerID: Int64, block: IPPrefix)] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT family, first, prefixLength, peerID FROM siteNetwork JOIN peer ON peer.id = peerID \
                WHERE networkID = ? ORDER BY peerID, position
                """)
        return try Row.fetchAll(statement, arguments: [id]).map { row in
            (try ColumnReader(row: row, table: "siteNetwork").int64(3, "peerID"), try block(row: row))
        }
    }

    /// The blocks behind the peers of a network that are switched on.
    static func enabledBlocks(inNetwork id: Int64, _ db: Database) throws -> [IPPrefix] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT family, first, prefixLength, peerID FROM siteNetwork CROSS JOIN peer ON peer.id = peerID \
                WHERE networkID = ? AND enabled = 1
                """)
        return try Row.fetchAll(statement, arguments: [id]).map { try block(row: $0) }
    }

    /// A block behind a peer.
    struct Site {
        let peerID: Int64
        let networkID: Int64
        let block: IPPrefix
        /// Whether the peer is switched on.
        let isEnabled: Bool
    }

    /// The blocks behind all peers.
    static func all(_ db: Database) throws -> [Site] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT family, first, prefixLength, peerID, networkID, enabled \
                FROM siteNetwork CROSS JOIN peer ON peer.id = peerID ORDER BY peerID, position
                """)
        return try Row.fetchAll(statement).map { row in
            let reader = ColumnReader(row: row, table: "siteNetwork")
            return try Site(
                peerID: reader.int64(3, "peerID"), networkID: reader.int64(4, "networkID"), block: block(row: row),
                isEnabled: reader.int64(5, "enabled") == 1)
        }
    }

    /// A stored block that overlaps this one, and who has it; blocks of the peer `except` do not count.
    ///
    /// Stored blocks are disjoint, so among those that begin at or before this one's end the last one also ends last:
    /// if that one ends before this one begins, all do. The peer left out makes at most as many steps as it has blocks.
    static func overlapping(
        _ block: IPPrefix, exceptPeer id: Int64, _ db: Database
    ) throws -> (block: IPPrefix, peer: String, network: String)? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT family, first, prefixLength, peerID FROM siteNetwork \
                WHERE family = ? AND first <= ? ORDER BY first DESC
                """)
        let last = IPAddress(number: block.lastNumber, isV4: block.address.isV4)
        let rows = try Row.fetchCursor(statement, arguments: [block.address.isV4 ? 4 : 6, Data(last.bytes)])
        while let row = try rows.next() {
            let stored = try self.block(row: row)
            guard stored.overlaps(block) else { return nil }
            let peerID = try ColumnReader(row: row, table: "siteNetwork").int64(3, "peerID")
            if peerID == id { continue }
            let names = try db.cachedStatement(
                sql: """
                    SELECT peer.name, network.name FROM peer JOIN network ON network.id = networkID WHERE peer.id = ?
                    """)
            guard let owner = try Row.fetchOne(names, arguments: [peerID]) else {
                throw StoreError.corrupt(table: "siteNetwork", column: "peerID", id: peerID)
            }
            let reader = ColumnReader(row: owner, table: "peer", id: peerID)
            return (stored, try reader.text(0), try reader.text(1))
        }
        return nil
    }

    static func insert(_ blocks: [IPPrefix], ofPeer id: Int64, _ db: Database) throws {
        for (position, block) in blocks.enumerated() {
            let statement = try db.cachedStatement(
                sql: "INSERT INTO siteNetwork (peerID, position, family, first, prefixLength) VALUES (?, ?, ?, ?, ?)")
            try statement.execute(arguments: [
                id, position, block.address.isV4 ? 4 : 6, Data(block.address.bytes), Int64(block.length),
            ])
        }
    }

    static func replace(_ blocks: [IPPrefix], ofPeer id: Int64, _ db: Database) throws {
        let statement = try db.cachedStatement(sql: "DELETE FROM siteNetwork WHERE peerID = ?")
        try statement.execute(arguments: [id])
        try insert(blocks, ofPeer: id, db)
    }

    private static func block(row: Row) throws -> IPPrefix {
        let reader = ColumnReader(row: row, table: "siteNetwork")
        let family = try reader.int64(0, "family")
        guard let address = try row.withUnsafeData(atIndex: 1, { $0.flatMap { IPAddress(bytes: $0) } }),
            address.isV4 == (family == 4)
        else { throw reader.damaged("first") }
        let length = try reader.int(2, "prefixLength", in: 1...address.bitWidth)
        let block = IPPrefix(masking: address, length: length)
        guard block.address == address else { throw reader.damaged("first") }
        return block
    }
}

extension IPAddress {
    /// Makes the address of a family from its number.
    init(number: UInt128, isV4: Bool) {
        self =
            isV4
            ? .v4(IPv4Address(rawValue: UInt32(truncatingIfNeeded: number))) : .v6(IPv6Address(rawValue: number))
    }
}
