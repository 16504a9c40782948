import FoundationEssentials
import GRDB
public import WGPilotCore

extension StateStore {
    /// The configuration of a peer.
    ///
    /// - Parameters:
    ///   - networkID: Its network.
    ///   - id: The peer.
    ///   - secrets: What is not kept here and known all the same, at the moment it is made; nil takes what is held.
    ///   - defaultEndpointHost: The hub's host, where the network names none.
    /// - Throws: `notFound`.
    public func configuration(
        ofPeer id: Int64, in networkID: Int64, secrets: PeerSecrets? = nil, defaultEndpointHost: EndpointHost
    ) async throws(StoreError) -> RenderedConfiguration {
        try await read { db in
            let record = try NetworkRecord.require(networkID, db)
            let peer = try PeerRecord.require(id, in: record.network, db)
            return try self.render(peer, secrets, ConfigurationSources(record, db), defaultEndpointHost, db)
        }
    }

    /// Notes that somebody fetched a configuration: it is what the client has from now on.
    public func noteFetched(_ rendered: RenderedConfiguration) async throws(StoreError) {
        try await write { db in
            let statement = try db.cachedStatement(
                sql: """
                    INSERT OR REPLACE INTO fetchedConfiguration (peerID, fetchedAt, digest) \
                    SELECT id, ?, ? FROM peer WHERE id = ?
                    """)
            try statement.execute(arguments: [
                self.now(), self.configurationKey.digest(rendered.configuration, rendered.publicKey), rendered.peer.id,
            ])
        }
    }

    /// Whether a client has another configuration than it would get now; nil where it never fetched one.
    public func isConfigurationStale(
        ofPeer id: Int64, in networkID: Int64, defaultEndpointHost: EndpointHost
    ) async throws(StoreError) -> Bool? {
        try await read { db in
            let record = try NetworkRecord.require(networkID, db)
            let peer = try PeerRecord.require(id, in: record.network, db)
            if peer.configurationFetchedAt == nil { return nil }
            return try self.isStale(peer, ConfigurationSources(record, db), defaultEndpointHost, db)
        }
    }

    // MARK: - Inside the transaction

    /// What the configurations of a network's peers are made from, beside each peer itself.
    struct ConfigurationSources {
        let record: NetworkRecord
        let sites: [(peerID: Int64, block: IPPrefix)]
        let bridged: [IPPrefix]

        init(_ record: NetworkRecord, _ db: Database) throws {
            self.record = record
            // No other mode has any, and to look for them costs a join.
            sites =
                record.network.settings.mode == .siteToSite
                ? try SiteNetworkRecord.blocks(inNetwork: record.network.id, db) : []
            bridged = try StateStore.bridgedBlocks(of: record.network.id, db)
        }
    }

    /// Compares what a peer would get with what it fetched.
    func isStale(
        _ peer: Peer, _ sources: ConfigurationSources, _ host: EndpointHost, _ db: Database
    ) throws -> Bool {
        let statement = try db.cachedStatement(sql: "SELECT digest FROM fetchedConfiguration WHERE peerID = ?")
        guard let fetched = try Data.fetchOne(statement, arguments: [peer.id]) else { return false }
        let rendered = try render(peer, nil, sources, host, db)
        return configurationKey.digest(rendered.configuration, rendered.publicKey) != fetched
    }

    private func render(
        _ peer: Peer, _ known: PeerSecrets?, _ sources: ConfigurationSources, _ host: EndpointHost, _ db: Database
    ) throws -> RenderedConfiguration {
        let pending = peer.pendingKey == nil ? nil : try PendingKeyRecord.find(ofPeer: peer.id, sealer, db)
        let secrets =
            try known ?? pending?.secrets ?? SecretRecord.secrets(ofPeer: peer.id, sealer, db)
        return RenderedConfiguration(
            peer: peer, network: sources.record.network,
            configuration: ClientConfiguration(
                peer: peer, network: sources.record.network, plan: sources.record.plan,
                privateKey: secrets.privateKey, presharedKey: secrets.presharedKey,
                otherSites: sources.sites.filter { $0.peerID != peer.id }.map(\.block), bridged: sources.bridged,
                defaultEndpointHost: host),
            custody: pending?.custody ?? peer.custody)
    }
}
