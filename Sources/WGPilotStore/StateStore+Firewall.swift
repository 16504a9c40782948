import GRDB
public import WGPilotCore

extension StateStore {
    /// What decides which packets pass, read at one instant.
    ///
    /// Without access rules no peer is read for it but those with networks behind them, so that it may be asked for after
    /// each change.
    public func desiredFirewall() async throws(StoreError) -> FirewallState {
        try await read { db in
            try Self.firewall(NetworkRecord.all(db), db)
        }
    }

    /// - Parameter all: The networks, those that are switched off too.
    static func firewall(_ all: [NetworkRecord], _ db: Database) throws -> FirewallState {
        let records = all.filter(\.network.settings.enabled).sorted { $0.network.interface < $1.network.interface }
        let off = all.filter { !$0.network.settings.enabled }
        let hasSites = all.contains { $0.network.settings.mode == .siteToSite }
        let allSites = hasSites ? try SiteNetworkRecord.all(db) : []
        let sites = allSites.filter(\.isEnabled)
        let offNetworks = Set(off.map(\.network.id))
        let offSites = allSites.filter { !$0.isEnabled || offNetworks.contains($0.networkID) }
        let sitesByNetwork = Dictionary(grouping: sites, by: \.networkID)
        let interfaces = Dictionary(uniqueKeysWithValues: records.map { ($0.network.id, $0.network.interface) })
        return FirewallState(
            networks: records.map { record in
                let settings = record.network.settings
                return FirewallNetwork(
                    interface: record.network.interface, mode: settings.mode, subnets: settings.blocks.map(\.block),
                    hubAddresses: record.network.hubAddresses.map(\.address),
                    siteNetworks: settings.mode == .siteToSite
                        ? (sitesByNetwork[record.network.id] ?? []).map(\.block).sorted() : [],
                    nat: settings.nat, peersMayTalk: settings.peersMayTalk)
            },
            switchedOff: (off.flatMap { $0.network.settings.blocks.map(\.block) } + offSites.map(\.block)).sorted(),
            bridges: try BridgeRecord.all(db).flatMap { directions(of: $0, interfaces) },
            access: try AccessResolution(records, sites, db).policy())
    }

    /// The directions in which a bridge carries traffic now.
    private static func directions(
        of bridge: Bridge, _ interfaces: [Int64: InterfaceName]
    ) -> [FirewallBridge] {
        let settings = bridge.settings
        guard settings.enabled, let a = interfaces[settings.networkA], let b = interfaces[settings.networkB] else {
            return []
        }
        let blocks = settings.allowedCIDRs
        let aToB = FirewallBridge(id: bridge.id, from: a, to: b, destinations: blocks)
        let bToA = FirewallBridge(id: bridge.id, from: b, to: a, destinations: blocks)
        return switch settings.direction {
        case .aToB: [aToB]
        case .bToA: [bToA]
        case .bidirectional: [aToB, bToA]
        }
    }
}
