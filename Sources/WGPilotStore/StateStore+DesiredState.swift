import FoundationEssentials
import GRDB
public import WGPilotCore

extension StateStore {
    /// What the interface of a network should be, whole; nil where the network is switched off or not there.
    public func desiredInterface(_ networkID: Int64) async throws(StoreError) -> DesiredInterface? {
        try await read { db in
            guard let record = try NetworkRecord.find(networkID, db), record.network.settings.enabled else {
                return nil
            }
            return try self.desiredInterface(record, db)
        }
    }

    /// The same with the version of the rows that it is made from.
    ///
    /// - Parameter tell: Gets the interface in parts while it is read: each has some hundred peers that no other has, the
    ///   rest of it is the same. There is one part at least.
    public func versionedInterface(
        _ networkID: Int64, _ tell: (@Sendable (_ part: DesiredInterface) -> Void)? = nil
    ) async throws(StoreError) -> VersionedInterface? {
        try await read { db in
            guard let record = try NetworkRecord.find(networkID, db), record.network.settings.enabled else {
                return nil
            }
            let row = try DeviceSealRecord.find(networkID, db)
            return try VersionedInterface(
                interface: self.desiredInterface(record, db, tell), version: row?.version, isSealed: row?.seal != nil)
        }
    }

    /// What the whole hub should be, read at one instant.
    ///
    /// - Parameter networks: The networks whose interfaces are read; nil reads all. The rest is always whole.
    public func hubState(networks: Set<Int64>? = nil) async throws(StoreError) -> HubState {
        try await read { try self.hubState(networks, $0) }
    }

    func hubState(_ networks: Set<Int64>?, _ db: Database) throws -> HubState {
        let all = try NetworkRecord.all(db)
        let records = all.filter(\.network.settings.enabled)
        var interfaces: [Int64: DesiredInterface] = [:]
        for record in records where networks?.contains(record.network.id) ?? true {
            interfaces[record.network.id] = try desiredInterface(record, db)
        }
        return try HubState(interfaces: interfaces, retired: Self.retired(db), firewall: Self.firewall(all, db))
    }

    /// What one peer should be; nil where it must not be in the kernel: it or its network is switched off or not there.
    public func desiredPeer(in networkID: Int64, _ key: PublicKey) async throws(StoreError) -> DesiredPeer? {
        try await desiredPeers(in: networkID, [key])[key]
    }

    /// What these peers should be; those that must not be in the kernel are left out.
    public func desiredPeers(
        in networkID: Int64, _ keys: [PublicKey]
    ) async throws(StoreError) -> [PublicKey: DesiredPeer] {
        try await read { db in
            guard let record = try NetworkRecord.find(networkID, db), record.network.settings.enabled else {
                return [:]
            }
            var peers: [PublicKey: DesiredPeer] = [:]
            let all =
                keys.count > Self.mostSingleLookups
                ? try Dictionary(grouping: SiteNetworkRecord.blocks(inNetwork: networkID, db), by: \.peerID) : nil
            let statement = try db.cachedStatement(
                sql: "\(Self.desiredPeerSelect) WHERE networkID = ? AND publicKey = ? AND \(Self.admitted)")
            for key in keys {
                // Not fetched as one: that would copy the row.
                let rows = try Row.fetchCursor(statement, arguments: [networkID, Data(key.bytes), self.now()])
                guard let row = try rows.next() else { continue }
                let id = try ColumnReader(row: row, table: "peer").int64(0, "id")
                let sites = try all.map { $0[id]?.map(\.block) ?? [] } ?? SiteNetworkRecord.blocks(ofPeer: id, db)
                peers[key] = try self.desiredPeer(row, sites, record)
            }
            return peers
        }
    }

    /// The peers of a network that must be in the kernel and have a limit. Where the network has none for all of them, the
    /// others are not read.
    ///
    /// - Returns: nil where the network is switched off or not there.
    public func limitedPeers(
        in networkID: Int64
    ) async throws(StoreError) -> (interface: InterfaceName, peers: [PublicKey: DesiredPeer])? {
        try await read { db in
            guard let record = try NetworkRecord.find(networkID, db), record.network.settings.enabled else {
                return nil
            }
            let settings = record.network.settings
            let hasDefault =
                settings.bandwidthUp != BandwidthLimit.unlimited || settings.bandwidthDown != BandwidthLimit.unlimited
            let own = hasDefault ? "" : "AND (bandwidthUp > 0 OR bandwidthDown > 0)"
            let statement = try db.cachedStatement(
                sql: "\(Self.desiredPeerSelect) WHERE networkID = ? AND \(Self.admitted) \(own)")
            let rows = try Row.fetchCursor(statement, arguments: [networkID, self.now()])
            var peers: [PublicKey: DesiredPeer] = [:]
            while let row = try rows.next() {
                let id = try ColumnReader(row: row, table: "peer").int64(0, "id")
                let peer = try self.desiredPeer(row, SiteNetworkRecord.blocks(ofPeer: id, db), record)
                if peer.limit != .none { peers[peer.publicKey] = peer }
            }
            return (record.network.interface, peers)
        }
    }

    private static let desiredPeerSelect = """
        SELECT peer.id, publicKey, hostNumber, hubKeepalive, endpoint, presharedKey, bandwidthUp, bandwidthDown \
        FROM peer LEFT JOIN peerSecret ON peerID = peer.id
        """

    /// Whoever has expired is not let in, even where that could not be written down yet: a full disk opens no door.
    private static let admitted = "enabled = 1 AND (expiresAt IS NULL OR expiresAt > ?)"

    /// How many peers are told at once: a few messages of the kernel's interface.
    private static let part = 500

    private func desiredInterface(
        _ record: NetworkRecord, _ db: Database, _ tell: ((DesiredInterface) -> Void)? = nil
    ) throws -> DesiredInterface {
        let network = record.network
        var whole = DesiredInterface(
            name: network.interface, privateKey: try SecretRecord.privateKey(ofNetwork: network.id, sealer, db),
            listenPort: network.settings.listenPort, mtu: network.settings.mtu, addresses: network.hubAddresses,
            peers: [:])
        var part = whole
        let sites = try Dictionary(grouping: SiteNetworkRecord.blocks(inNetwork: network.id, db), by: \.peerID)
        let statement = try db.cachedStatement(
            sql: "\(Self.desiredPeerSelect) WHERE networkID = ? AND \(Self.admitted) ORDER BY peer.id")
        let rows = try Row.fetchCursor(statement, arguments: [network.id, now()])
        whole.peers.reserveCapacity(try PeerRecord.count(in: network.id, db))
        while let row = try rows.next() {
            let id = try ColumnReader(row: row, table: "peer").int64(0, "id")
            let peer = try desiredPeer(row, sites[id]?.map(\.block) ?? [], record)
            whole.peers[peer.publicKey] = peer
            guard let tell else { continue }
            part.peers[peer.publicKey] = peer
            if part.peers.count == Self.part {
                tell(part)
                part.peers = [:]
            }
        }
        if let tell, !part.peers.isEmpty || whole.peers.isEmpty { tell(part) }
        return whole
    }

    /// Reads a row of ``desiredPeerSelect``.
    private func desiredPeer(_ row: Row, _ sites: [IPPrefix], _ record: NetworkRecord) throws -> DesiredPeer {
        var reader = ColumnReader(row: row, table: "peer")
        let id = try reader.int64(0, "id")
        reader.id = id
        let mode = record.network.settings.mode
        let addresses = try record.plan.addresses(reader.int(2, "hostNumber", in: PeerRecord.hostNumbers))
        let presharedKey = try row.decode(Data?.self, atIndex: 5).map {
            try SecretRecord.openPresharedKey($0, id, sealer)
        }
        return try DesiredPeer(
            publicKey: reader.publicKey(1, "publicKey"), presharedKey: presharedKey,
            allowedIPs: Set(AllowedIPsPolicy.hubSide(mode: mode, addresses: addresses, siteNetworks: sites)),
            persistentKeepalive: reader.int(3, "hubKeepalive", in: 0...UInt16.max),
            endpoint: reader.optionalValue(4, "endpoint") { try SocketEndpoint($0) },
            routes: mode == .siteToSite ? Set(sites) : [],
            limit: TrafficLimit(
                peerUp: row.decode(Int64?.self, atIndex: 6), peerDown: row.decode(Int64?.self, atIndex: 7),
                networkUp: record.network.settings.bandwidthUp, networkDown: record.network.settings.bandwidthDown))
    }
}
