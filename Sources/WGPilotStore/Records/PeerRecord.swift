import FoundationEssentials
import GRDB
import WGPilotCore

/// A row of `peer`, with what `peerSecret` and `siteNetwork` tell of it.
enum PeerRecord {
    /// To be read by ``peer(row:_:)``; the statement goes on with `WHERE`. What belongs to a peer but is in other tables
    /// has names there that no other table has.
    static let select = """
        SELECT peer.id, networkID, name, hostNumber, publicKey, email, role, endpoint, persistentKeepalive, \
        hubKeepalive, tunnel, extraCIDRs, dnsServers, mtu, notes, tags, enabled, createdAt, updatedAt, \
        privateKey IS NOT NULL, presharedKey IS NOT NULL, shownOnce, searchDomains, excludedCIDRs, expiresAt, \
        disabledReason, nextPublicKey, activatesAt, handshakeAt, seenEndpoint, fetchedAt, \
        peer.bandwidthUp, peer.bandwidthDown \
        FROM peer LEFT JOIN peerSecret ON peerSecret.peerID = peer.id \
        LEFT JOIN pendingKey ON pendingKey.peerID = peer.id \
        LEFT JOIN peerSighting ON peerSighting.peerID = peer.id \
        LEFT JOIN fetchedConfiguration ON fetchedConfiguration.peerID = peer.id
        """

    /// The host numbers that a subnet can have, by the CHECK of the table.
    static let hostNumbers: ClosedRange<Int64> = 1...16_777_214

    static func peer(row: Row, _ db: Database) throws -> Peer {
        var reader = ColumnReader(row: row, table: "peer")
        let id = try reader.int64(0, "id")
        reader.id = id
        var settings = try PeerSettings(name: reader.value(2, "name") { try DisplayName($0) })
        settings.email = try reader.text(5)
        settings.role = try reader.value(6, "role") { try PeerRole($0) }
        settings.endpoint = try reader.optionalValue(7, "endpoint") { try SocketEndpoint($0) }
        settings.persistentKeepalive = try reader.int(8, "persistentKeepalive", in: 0...UInt16.max)
        settings.hubKeepalive = try reader.int(9, "hubKeepalive", in: 0...UInt16.max)
        settings.tunnel = try reader.optionalValue(10, "tunnel") { try TunnelScope($0) }
        settings.extraCIDRs = try reader.list(11, "extraCIDRs") { try IPPrefix($0) }
        settings.dnsServers =
            row.hasNull(atIndex: 12) ? nil : try reader.list(12, "dnsServers") { try IPAddress(stored: $0) }
        settings.mtu = try reader.optionalInt(13, "mtu", in: NetworkSettings.mtuRange)
        settings.notes = try reader.text(14)
        settings.tags = try reader.list(15, "tags") { $0 }
        settings.enabled = try reader.bool(16)
        settings.searchDomains = row.hasNull(atIndex: 22) ? nil : try reader.list(22, "searchDomains") { $0 }
        settings.excludedCIDRs = try reader.list(23, "excludedCIDRs") { try IPPrefix($0) }
        settings.expiresAt = try row.decode(Int64?.self, atIndex: 24)
        settings.bandwidthUp = try row.decode(Int64?.self, atIndex: 31)
        settings.bandwidthDown = try row.decode(Int64?.self, atIndex: 32)
        if settings.role == .siteGateway { settings.siteNetworks = try SiteNetworkRecord.blocks(ofPeer: id, db) }
        let custody: KeyCustody =
            if try reader.bool(19) { .held } else if try reader.bool(21) { .once } else { .client }
        var disabledReason: DisabledReason?
        if !settings.enabled {
            disabledReason =
                try reader.optionalValue(25, "disabledReason") { try DisabledReason($0) } ?? .operator
        }
        var pendingKey: PendingKey?
        if !row.hasNull(atIndex: 26) {
            pendingKey = try PendingKey(
                publicKey: reader.publicKey(26, "nextPublicKey"), activatesAt: reader.int64(27, "activatesAt"))
        }
        var sighting: PeerSighting?
        if !row.hasNull(atIndex: 28) {
            sighting = try PeerSighting(
                handshakeAt: reader.int64(28, "handshakeAt"), endpoint: row.decode(String?.self, atIndex: 29))
        }
        return try Peer(
            id: id, networkID: reader.int64(1, "networkID"), settings: settings,
            publicKey: reader.publicKey(4, "publicKey"),
            hostNumber: reader.int(3, "hostNumber", in: hostNumbers), custody: custody,
            hasPresharedKey: reader.bool(20), disabledReason: disabledReason, pendingKey: pendingKey,
            sighting: sighting, configurationFetchedAt: row.decode(Int64?.self, atIndex: 30),
            createdAt: reader.int64(17, "createdAt"),
            updatedAt: reader.int64(18, "updatedAt"))
    }

    static func find(_ id: Int64, in networkID: Int64, _ db: Database) throws -> Peer? {
        let statement = try db.cachedStatement(sql: "\(select) WHERE peer.id = ? AND networkID = ?")
        return try Row.fetchOne(statement, arguments: [id, networkID]).map { try peer(row: $0, db) }
    }

    /// The peer with this number; throws where the network has none.
    static func require(_ id: Int64, in network: Network, _ db: Database) throws -> Peer {
        guard let peer = try find(id, in: network.id, db) else {
            throw StoreError.notFound(peer: String(id), in: network.settings.name.description.quotedForMessage)
        }
        return peer
    }

    /// The peer of this name, however it is spelled.
    static func find(named name: String, in networkID: Int64, _ db: Database) throws -> Peer? {
        let statement = try db.cachedStatement(sql: "\(select) WHERE networkID = ? AND name = ?")
        for spelling in name.spellings {
            if let row = try Row.fetchOne(statement, arguments: [networkID, spelling]) {
                return try peer(row: row, db)
            }
        }
        return nil
    }

    /// Stores a new peer with its site networks, and gives it its number. The peer's own number is not looked at.
    static func insert(_ peer: Peer, _ db: Database) throws -> Int64 {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO peer (name, hostNumber, publicKey, email, role, endpoint, persistentKeepalive, \
                hubKeepalive, tunnel, extraCIDRs, dnsServers, mtu, notes, tags, enabled, shownOnce, \
                searchDomains, excludedCIDRs, expiresAt, disabledReason, bandwidthUp, bandwidthDown, \
                updatedAt, networkID, createdAt)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        try statement.execute(arguments: arguments(peer) + [peer.networkID, peer.createdAt])
        let id = db.lastInsertedRowID
        try SiteNetworkRecord.insert(peer.settings.siteNetworks, ofPeer: id, db)
        return id
    }

    /// Stores all of a peer but its site networks, its secrets and what is noted of it.
    static func update(_ peer: Peer, _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                UPDATE peer SET name = ?, hostNumber = ?, publicKey = ?, email = ?, role = ?, endpoint = ?, \
                persistentKeepalive = ?, hubKeepalive = ?, tunnel = ?, extraCIDRs = ?, dnsServers = ?, mtu = ?, \
                notes = ?, tags = ?, enabled = ?, shownOnce = ?, searchDomains = ?, excludedCIDRs = ?, expiresAt = ?, \
                disabledReason = ?, bandwidthUp = ?, bandwidthDown = ?, updatedAt = ?
                WHERE id = ?
                """)
        try statement.execute(arguments: arguments(peer) + [peer.id])
    }

    private static func arguments(_ peer: Peer) throws -> StatementArguments {
        let settings = peer.settings
        return try [
            settings.name.description, peer.hostNumber, Data(peer.publicKey.bytes), settings.email,
            settings.role.rawValue, settings.endpoint?.description, Int64(settings.persistentKeepalive),
            Int64(settings.hubKeepalive), settings.tunnel?.rawValue,
            TextList.encode(settings.extraCIDRs.map(\.description)),
            settings.dnsServers.map { try TextList.encode($0.map(\.description)) }, settings.mtu, settings.notes,
            TextList.encode(settings.tags), settings.enabled, peer.custody == .once,
            settings.searchDomains.map { try TextList.encode($0) },
            TextList.encode(settings.excludedCIDRs.map(\.description)), settings.expiresAt,
            settings.enabled ? nil : peer.disabledReason?.rawValue, settings.bandwidthUp,
            settings.bandwidthDown, peer.updatedAt,
        ]
    }

    /// The lowest free numbers of a network, without those that are meant for some peers already; fewer than wanted where
    /// there are no more. Reads the index from the hint to the gaps, never all peers.
    static func lowestFreeNumbers(
        _ count: Int, in record: NetworkRecord, except meant: Set<Int64>, _ db: Database
    ) throws -> [Int64] {
        if count == 0 { return [] }
        let statement = try db.cachedStatement(
            sql: "SELECT hostNumber FROM peer WHERE networkID = ? AND hostNumber >= ? ORDER BY hostNumber")
        let used = try Int64.fetchCursor(statement, arguments: [record.network.id, record.hostHint])
        return try AddressAllocator.lowestFree(
            count, in: record.plan.hostNumbers, except: meant.union([record.plan.hubNumber]), from: record.hostHint
        ) {
            guard let number = try used.next() else { return nil }
            guard hostNumbers.contains(number) else {
                throw StoreError.corrupt(table: "peer", column: "hostNumber", id: nil)
            }
            return number
        }
    }

    static func count(in networkID: Int64, _ db: Database) throws -> Int {
        let statement = try db.cachedStatement(sql: "SELECT count(*) FROM peer WHERE networkID = ?")
        return try Int.fetchOne(statement, arguments: [networkID]) ?? 0
    }
}
