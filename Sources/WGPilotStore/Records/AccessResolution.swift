import GRDB
import WGPilotCore

/// Puts addresses in the place of the names in access rules. Reads only what the rules mention.
struct AccessResolution {
    /// A peer that is in the kernel and that some rule mentions.
    private struct Member {
        let id: Int64
        let networkID: Int64
        let blocks: [IPPrefix]
        let tags: [String]
    }

    private let rules: [AccessRule]
    private let networks: [Int64: InterfaceName]
    /// The networks behind peers, by peer, of those networks whose peers have any.
    private let sites: [Int64: [IPPrefix]]
    private let members: [Int64: Member]

    /// Reads the rules, and the peers that they mention.
    ///
    /// - Parameters:
    ///   - records: The networks that are switched on.
    ///   - sites: The blocks behind the peers that are switched on.
    init(_ records: [NetworkRecord], _ sites: [SiteNetworkRecord.Site], _ db: Database) throws {
        rules = try AccessRuleRecord.enabled(db)
        networks = Dictionary(uniqueKeysWithValues: records.map { ($0.network.id, $0.network.interface) })
        guard !rules.isEmpty else {
            (self.sites, members) = ([:], [:])
            return
        }
        let plans = Dictionary(uniqueKeysWithValues: records.map { ($0.network.id, $0) })
        let blocks = Dictionary(grouping: sites, by: \.peerID).mapValues { $0.map(\.block) }
        self.sites = Dictionary(grouping: sites, by: \.peerID).compactMapValues { sites in
            guard let site = sites.first, plans[site.networkID]?.network.settings.mode == .siteToSite else {
                return nil
            }
            return sites.map(\.block).sorted()
        }

        var peers: Set<Int64> = []
        var tags: Set<String> = []
        for rule in rules {
            if case .peer(let id) = rule.settings.owner { peers.insert(id) }
            if case .tag(let tag) = rule.settings.owner { tags.insert(tag) }
            if case .peer(let id) = rule.settings.destination { peers.insert(id) }
            if case .tag(let tag) = rule.settings.destination { tags.insert(tag) }
        }
        var members: [Int64: Member] = [:]
        func add(_ row: Row) throws {
            var reader = ColumnReader(row: row, table: "peer")
            let id = try reader.int64(0, "id")
            reader.id = id
            guard let record = plans[try reader.int64(1, "networkID")] else { return }
            let addresses = try record.plan.addresses(reader.int(2, "hostNumber", in: PeerRecord.hostNumbers))
            members[id] = Member(
                id: id, networkID: record.network.id,
                blocks: AllowedIPsPolicy.hubSide(
                    mode: record.network.settings.mode, addresses: addresses, siteNetworks: blocks[id] ?? []),
                tags: try reader.list(3, "tags") { $0 })
        }
        let select = "SELECT id, networkID, hostNumber, tags FROM peer WHERE enabled = 1"
        if !tags.isEmpty {
            let rows = try Row.fetchCursor(db.cachedStatement(sql: "\(select) AND tags <> '\(TextList.empty)'"))
            while let row = try rows.next() {
                let mentioned = try ColumnReader(row: row, table: "peer").list(3, "tags") { $0 }
                if mentioned.contains(where: tags.contains) { try add(row) }
            }
        }
        let statement = try db.cachedStatement(sql: "\(select) AND id = ?")
        for id in peers where members[id] == nil {
            if let row = try Row.fetchOne(statement, arguments: [id]) { try add(row) }
        }
        self.members = members
    }

    /// The rules with all names resolved.
    func policy() -> AccessPolicy {
        guard !rules.isEmpty else { return AccessPolicy() }
        let peers = members.values.sorted { $0.id < $1.id }
        var byTag: [String: [Member]] = [:]
        for peer in peers { for tag in peer.tags { byTag[tag, default: []].append(peer) } }

        let owned = Dictionary(grouping: rules, by: \.settings.owner)
        var lists: [AccessList] = []
        var places: [AccessRuleOwner: Int] = [:]
        func add(_ owner: AccessRuleOwner) {
            guard let rules = owned[owner] else { return }
            places[owner] = lists.count
            lists.append(AccessList(owner: owner, rules: rules.map { resolve($0, byTag) }))
        }
        for peer in peers { add(.peer(peer.id)) }
        for tag in byTag.keys.sorted() { add(.tag(tag)) }
        for network in networks.keys.sorted() { add(.network(network)) }

        var sources: [AccessSource] = []
        for peer in peers {
            let own = [.peer(peer.id)] + peer.tags.sorted().map { AccessRuleOwner.tag($0) }
            var asked = own.compactMap { places[$0] }
            guard !asked.isEmpty else { continue }
            if let last = places[.network(peer.networkID)] { asked.append(last) }
            sources.append(AccessSource(blocks: peer.blocks, lists: asked))
        }
        var whole: [InterfaceName: Int] = [:]
        for (id, interface) in networks { whole[interface] = places[.network(id)] }
        return AccessPolicy(lists: lists, sources: sources, networks: whole)
    }

    private func resolve(_ rule: AccessRule, _ byTag: [String: [Member]]) -> ResolvedAccessRule {
        let destinations: [IPPrefix]? =
            switch rule.settings.destination {
            case .any: nil
            case .block(let block): [block]
            case .peer(let id): members[id]?.blocks.sorted() ?? []
            case .tag(let tag): (byTag[tag] ?? []).flatMap(\.blocks).sorted()
            case .site(let id): sites[id] ?? []
            }
        return ResolvedAccessRule(
            id: rule.id, action: rule.settings.action, destinations: destinations, service: rule.settings.service)
    }
}
