import GRDB
public import WGPilotCore

extension StateStore {
    /// A network as a file for wg-quick, its secrets opened; throws `notFound` where there is none.
    public func serverConfiguration(of networkID: Int64) async throws(StoreError) -> ServerConfiguration {
        try await read { db in
            let record = try NetworkRecord.require(networkID, db)
            let statement = try db.cachedStatement(sql: "\(PeerRecord.select) WHERE networkID = ? ORDER BY peer.id")
            let rows = try Row.fetchCursor(statement, arguments: [networkID])
            var peers: [(peer: Peer, presharedKey: PresharedKey?)] = []
            while let row = try rows.next() {
                let peer = try PeerRecord.peer(row: row, db)
                let secrets = peer.hasPresharedKey ? try SecretRecord.secrets(ofPeer: peer.id, self.sealer, db) : nil
                peers.append((peer, secrets?.presharedKey))
            }
            return ServerConfiguration(
                network: record.network,
                privateKey: try SecretRecord.privateKey(ofNetwork: networkID, self.sealer, db), peers: peers,
                plan: record.plan)
        }
    }
}
