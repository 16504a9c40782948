import GRDB
public import WGPilotCore

extension StateStore {
    /// Makes a network: gives it an interface, a port and a key where none were given.
    ///
    /// - Parameters:
    ///   - draft: What it is to be.
    ///   - takenInterfaces: Names that the machine uses already; an interface that the draft chooses may be among them.
    ///   - options: How the change is made.
    /// - Throws: `invalid` with every faulty field; `alreadyExists` for the name, port or interface of another network;
    ///   `conflict` where a subnet overlaps another network's or a site's; `exhausted` when no port is left;
    ///   `failedPrecondition` while another change waits to be confirmed.
    public func createNetwork(
        _ draft: NetworkDraft, takenInterfaces: Set<InterfaceName> = [], options: WriteOptions = WriteOptions()
    ) async throws(StoreError) -> Network {
        let privateKey = draft.privateKey ?? .generate()
        return try await change(options, { "new network \(Self.quoted($0))" }, made: { $0.id }) { db in
            try self.insert(draft, privateKey, takenInterfaces, db)
        }
    }

    /// Makes a network with all its peers in one transaction, all or nothing, from what was somewhere else before.
    ///
    /// - Parameters:
    ///   - draft: The network.
    ///   - peers: Its peers.
    ///   - takenInterfaces: As for ``createNetwork(_:takenInterfaces:options:)``.
    ///   - options: How the change is made.
    /// - Throws: As for a new network and a new peer; `itemIndex` of the error tells which peer was at fault, and is nil
    ///   where it was the network.
    public func importNetwork(
        _ draft: NetworkDraft, peers: [PeerDraft], takenInterfaces: Set<InterfaceName> = [],
        options: WriteOptions = WriteOptions()
    ) async throws(StoreError) -> (network: Network, peers: [CreatedPeer]) {
        let privateKey = draft.privateKey ?? .generate()
        let secrets = peers.map(NewSecrets.init)
        return try await change(
            options, { "import of the network \(Self.quoted($0.network)) with \($0.peers.count) peers" },
            made: { $0.network.id }
        ) { db in
            let network = try self.insert(draft, privateKey, takenInterfaces, db)
            if options.confirmWithin != nil, let interface = draft.interface { try Self.noteAdopted(interface, db) }
            return (network, try self.insert(peers, { secrets[$0] }, in: network.id, db))
        }
    }

    private func insert(
        _ draft: NetworkDraft, _ privateKey: PrivateKey, _ takenInterfaces: Set<InterfaceName>, _ db: Database
    ) throws -> Network {
        let networks = try NetworkRecord.all(db).map(\.network)
        var settings = draft.settings
        settings.listenPort = try draft.listenPort ?? Self.freeListenPort(networks)
        try Self.check(settings, draft.interface, networks, sites: db)
        let time = now()
        let network = try NetworkRecord.insert(
            Network(
                id: 0, settings: settings,
                interface: draft.interface
                    ?? Self.freeInterface(networks, takenInterfaces.union(Self.retired(db))),
                publicKey: privateKey.publicKey, createdAt: time, updatedAt: time),
            db)
        // A retired interface that was chosen all the same is wanted again.
        if settings.enabled { try Self.setRetired(network.interface, false, db) }
        try SecretRecord.insert(privateKey, ofNetwork: network.id, sealer, db)
        return network
    }

    /// A network as messages name it.
    static func quoted(_ network: Network) -> String { network.settings.name.description.quotedForMessage }

    /// All networks, oldest first.
    public func networks() async throws(StoreError) -> [Network] {
        try await read { try NetworkRecord.all($0).map(\.network) }
    }

    /// The network with this number; throws `notFound` where there is none.
    public func network(_ id: Int64) async throws(StoreError) -> Network {
        try await read { try NetworkRecord.require(id, $0).network }
    }

    /// The network of this name or, where none has it, of this decimal number; throws `notFound` where there is none. `#7` is
    /// the one of the number 7, whatever the names are.
    public func network(named reference: String) async throws(StoreError) -> Network {
        try await read { try Self.requireNetwork(named: reference, $0) }
    }

    static func requireNetwork(named reference: String, _ db: Database) throws -> Network {
        let id = markedNumber(reference)
        if id == nil, let record = try NetworkRecord.find(named: reference, db) { return record.network }
        guard let id = id ?? number(reference), let record = try NetworkRecord.find(id, db) else {
            throw StoreError.notFound(network: reference.quotedForMessage)
        }
        return record.network
    }

    /// Changes what was chosen for a network.
    ///
    /// - Parameters:
    ///   - id: The network.
    ///   - expectedUpdatedAt: The time of change that the caller saw; where it is another by now the call throws
    ///     `stale`. A later change always has a later time.
    ///   - options: How the change is made.
    ///   - change: Makes the new settings of the present ones, inside the transaction.
    /// - Returns: The network before and after; both are equal where nothing changed.
    /// - Throws: `notFound`; `invalid`, `alreadyExists` and `conflict` as for a new network; `failedPrecondition` where
    ///   peers stand in the way (their addresses come from the subnet, their roles and tunnels need the mode, one of them
    ///   has the hub's new address), and while another change waits to be confirmed.
    public func updateNetwork(
        _ id: Int64, expectedUpdatedAt: Int64? = nil, options: WriteOptions = WriteOptions(),
        _ change: @Sendable (inout NetworkSettings) -> Void
    ) async throws(StoreError) -> (before: Network, after: Network) {
        try await self.change(options, { "change of the network \(Self.quoted($0.after))" }) { db in
            let before = try NetworkRecord.require(id, db).network
            try StoreError.requireUnchanged(
                before.updatedAt, since: expectedUpdatedAt,
                "the network \(before.settings.name.description.quotedForMessage)")
            var after = before
            change(&after.settings)
            guard after != before else { return (before, before) }
            var toggled = before.settings
            toggled.enabled = after.settings.enabled
            // To switch a network off must work even where its settings would not be accepted today.
            if after.settings != toggled {
                let others = try NetworkRecord.all(db).map(\.network).filter { $0.id != id }
                try Self.check(after.settings, nil, others, sites: db)
                try Self.checkPeers(of: before, with: after.settings, db)
            }
            if before.settings.enabled != after.settings.enabled {
                try Self.setRetired(before.interface, !after.settings.enabled, db)
            }
            after.updatedAt = self.time(after: before.updatedAt)
            try NetworkRecord.update(after, db)
            if after.settings.bandwidthUp != before.settings.bandwidthUp
                || after.settings.bandwidthDown != before.settings.bandwidthDown
            {
                try Self.checkLimits(in: after, db)
            }
            if after.settings.hubNumber != before.settings.hubNumber {
                try NetworkRecord.lowerHostHint(to: before.settings.hubNumber, of: id, db)
            }
            return (before, after)
        }
    }

    /// Switches a network on or off; see ``updateNetwork(_:expectedUpdatedAt:options:_:)``.
    public func setNetworkEnabled(
        _ id: Int64, _ enabled: Bool, options: WriteOptions = WriteOptions()
    ) async throws(StoreError) -> (before: Network, after: Network) {
        try await updateNetwork(id, options: options) { $0.enabled = enabled }
    }

    /// Deletes a network with all its peers and bridges, its and their access rules, and the rules of others about its
    /// peers. Its interface stays in ``retiredInterfaces()`` until it is confirmed gone.
    public func deleteNetwork(
        _ id: Int64, expectedUpdatedAt: Int64? = nil, options: WriteOptions = WriteOptions()
    ) async throws(StoreError) -> DeletedNetwork {
        try await change(options, { "deletion of the network \(Self.quoted($0.network))" }) { db in
            let network = try NetworkRecord.require(id, db).network
            try StoreError.requireUnchanged(
                network.updatedAt, since: expectedUpdatedAt,
                "the network \(network.settings.name.description.quotedForMessage)")
            let peerCount = try PeerRecord.count(in: id, db)
            if network.settings.enabled { try Self.setRetired(network.interface, true, db) }
            let owners = try AccessRuleRecord.owners(ofRulesAboutNetwork: id, db)
            try db.cachedStatement(sql: "DELETE FROM network WHERE id = ?").execute(arguments: [id])
            for owner in owners { try AccessRuleRecord.renumber(owner, db) }
            return DeletedNetwork(network: network, peerCount: peerCount)
        }
    }

    // MARK: - Interfaces

    /// The interfaces that are the hub's own: those of the networks that are switched on, and those that were and may
    /// still be in the kernel.
    public func ownedInterfaces() async throws(StoreError) -> Set<InterfaceName> {
        try await read { db in
            let enabled = try NetworkRecord.all(db).map(\.network).filter(\.settings.enabled).map(\.interface)
            return try Self.retired(db).union(enabled)
        }
    }

    /// The interfaces of networks that were deleted or switched off and that nobody confirmed gone yet.
    public func retiredInterfaces() async throws(StoreError) -> Set<InterfaceName> {
        try await read { try Self.retired($0) }
    }

    /// Notes that a retired interface is no longer in the kernel, so that its name is free.
    public func confirmRetired(_ name: InterfaceName) async throws(StoreError) {
        try await write { try Self.setRetired(name, false, $0) }
    }

    static func retired(_ db: Database) throws -> Set<InterfaceName> {
        let statement = try db.cachedStatement(sql: "SELECT name FROM retiredInterface")
        return try Set(
            Row.fetchAll(statement).map { row in
                try ColumnReader(row: row, table: "retiredInterface").value(0, "name") { try InterfaceName($0) }
            })
    }

    static func setRetired(_ name: InterfaceName, _ retired: Bool, _ db: Database) throws {
        let sql =
            retired
            ? "INSERT OR IGNORE INTO retiredInterface (name) VALUES (?)" : "DELETE FROM retiredInterface WHERE name = ?"
        try db.cachedStatement(sql: sql).execute(arguments: [name.description])
    }

    private static func freeInterface(_ networks: [Network], _ taken: Set<InterfaceName>) throws -> InterfaceName {
        let used = taken.union(networks.map(\.interface))
        // One of the first `used.count + 1` numbers must be free.
        for number in 0...used.count {
            let name = try InterfaceName("wg\(number)")
            if !used.contains(name) { return name }
        }
        throw StoreError(.exhausted, "no interface name is left")
    }

    private static func freeListenPort(_ networks: [Network]) throws -> UInt16 {
        let used = Set(networks.map(\.settings.listenPort))
        guard let port = (NetworkDraft.firstListenPort...UInt16.max).first(where: { !used.contains($0) }) else {
            throw StoreError(
                .exhausted, "every port from \(NetworkDraft.firstListenPort) up is in use; choose one below")
        }
        return port
    }

    // MARK: - Checks

    /// Checks settings by themselves, against the other networks and against the sites of all.
    private static func check(
        _ settings: NetworkSettings, _ interface: InterfaceName?, _ others: [Network], sites db: Database
    ) throws {
        let faults = settings.validate()
        if !faults.isEmpty {
            throw StoreError(
                .invalid,
                violations: faults.map { .init(field: $0.field.rawValue, message: $0.fault.message) })
        }
        var inUse: [StoreError.Violation] = []
        var overlaps: [StoreError.Violation] = []
        for other in others {
            let name = other.settings.name.description.quotedForMessage
            if other.settings.name.description == settings.name.description {
                inUse.append(.init(field: NetworkField.name.rawValue, message: "there is already a network \(name)"))
            }
            if other.settings.listenPort == settings.listenPort {
                inUse.append(
                    .init(
                        field: NetworkField.listenPort.rawValue,
                        message: "the network \(name) listens on port \(settings.listenPort)"))
            }
            if let interface, other.interface == interface {
                inUse.append(
                    .init(
                        field: NetworkField.interface.rawValue,
                        message: "the network \(name) has the interface \(interface)"))
            }
            for (field, block) in settings.blocks {
                for (_, taken) in other.settings.blocks where taken.overlaps(block) {
                    overlaps.append(
                        .init(
                            field: field.rawValue,
                            message: "\(block) overlaps \(taken), the subnet of the network \(name)"))
                }
            }
        }
        for (field, block) in settings.blocks {
            if let site = try SiteNetworkRecord.overlapping(block, exceptPeer: 0, db) {
                overlaps.append(.init(field: field.rawValue, message: "\(block) overlaps \(siteOwner(site))"))
            }
        }
        if !inUse.isEmpty { throw StoreError(.alreadyExists, violations: inUse + overlaps) }
        if !overlaps.isEmpty { throw StoreError(.conflict, violations: overlaps) }
    }

    /// Checks that the peers of a network can live with its new settings.
    private static func checkPeers(of network: Network, with settings: NetworkSettings, _ db: Database) throws {
        let old = network.settings
        // An IPv6 block may be added later: the addresses that peers have stay what they are.
        let renumbers =
            settings.subnet != old.subnet || (old.subnet6 != nil && settings.subnet6 != old.subnet6)
        if renumbers {
            let count = try PeerRecord.count(in: network.id, db)
            if count > 0 {
                throw StoreError(
                    .failedPrecondition,
                    violations: [
                        .init(
                            field: (settings.subnet != old.subnet ? NetworkField.subnet : .subnet6).rawValue,
                            message: "the \(count) peers of the network have their addresses from it; remove them first"
                        )
                    ])
            }
        }
        if settings.hubNumber != old.hubNumber,
            let name = try PeerClaim.holders(number: settings.hubNumber, in: network.id, except: 0, db)[.hostNumber]
        {
            throw StoreError(
                .failedPrecondition,
                violations: [
                    .init(
                        field: NetworkField.hubAddress.rawValue,
                        message: "the peer \(name.quotedForMessage) has this address; move or remove it first")
                ])
        }
        guard settings.mode != old.mode || settings.tunnel != old.tunnel || settings.subnet6 != old.subnet6 else {
            return
        }
        let field: NetworkField =
            settings.mode != old.mode ? .mode : settings.tunnel != old.tunnel ? .tunnel : .subnet6
        let statement = try db.cachedStatement(sql: "\(PeerRecord.select) WHERE networkID = ? ORDER BY peer.id")
        let rows = try Row.fetchCursor(statement, arguments: [network.id])
        while let row = try rows.next() {
            let peer = try PeerRecord.peer(row: row, db)
            let faults = peer.settings.validate(in: settings)
            guard let fault = faults.first, peer.settings.validate(in: old).count < faults.count else { continue }
            throw StoreError(
                .failedPrecondition,
                violations: [
                    .init(
                        field: field.rawValue,
                        message: """
                            the peer \(peer.settings.name.description.quotedForMessage) does not allow it \
                            (\(fault.field.rawValue): \(fault.fault.message)); change that peer first
                            """)
                ])
        }
    }

    static func siteOwner(_ site: (block: IPPrefix, peer: String, network: String)) -> String {
        """
        \(site.block), which is behind the peer \(site.peer.quotedForMessage) of the network \
        \(site.network.quotedForMessage)
        """
    }

    /// The number that a reference of digits alone means.
    static func number(_ reference: String) -> Int64? {
        reference.utf8.allSatisfy { (48...57).contains($0) } ? Int64(reference) : nil
    }

    /// The number that a reference of `#` and digits means: never a name.
    static func markedNumber(_ reference: String) -> Int64? {
        guard reference.utf8.first == UInt8(ascii: "#"), reference.utf8.count > 1 else { return nil }
        return number(String(reference.dropFirst()))
    }
}

extension NetworkSettings {
    /// The subnets with the fields that hold them.
    var blocks: [(field: NetworkField, block: IPPrefix)] {
        [(.subnet, subnet)] + (subnet6.map { [(.subnet6, $0)] } ?? [])
    }
}
