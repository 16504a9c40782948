import FoundationEssentials
import GRDB
public import WGPilotCore

extension StateStore {
    /// Makes a peer: gives it the lowest free address where none was chosen, and keys where none were given. Costs the
    /// same however many peers there are.
    ///
    /// - Throws: `notFound` for the network; `invalid` with every faulty field; `alreadyExists` for the name, key or
    ///   address of another peer; `conflict` where a site network overlaps; `exhausted` when the subnet is full;
    ///   `failedPrecondition` while another change waits to be confirmed.
    public func createPeer(
        in networkID: Int64, _ draft: PeerDraft, options: WriteOptions = WriteOptions()
    ) async throws(StoreError) -> CreatedPeer {
        let secrets = NewSecrets(draft)
        do throws(StoreError) {
            return try await change(options, { "new peer \(Self.quoted($0.peer, $0.network))" }, made: { $0.peer.id }) {
                db in
                guard let created = try self.insert([draft], { _ in secrets }, in: networkID, db).first else {
                    throw StoreError(.internal, "no peer was made")
                }
                return created
            }
        } catch {
            throw await everything(error, in: networkID, [draft], isBatch: false)
        }
    }

    /// Makes peers all or none, in one transaction. An address that one of them chooses is given to no other. The error's
    /// violations are those of all drafts, by their places: `peers[3].name`; its `itemIndex` tells the first draft that is
    /// at fault.
    public func createPeers(
        in networkID: Int64, _ drafts: [PeerDraft], options: WriteOptions = WriteOptions()
    ) async throws(StoreError) -> [CreatedPeer] {
        let secrets = SecretsInMaking(drafts)
        secrets.begin()
        do throws(StoreError) {
            return try await change(options, { "\($0.count) new peers" }, made: { $0.first?.peer.id ?? 0 }) { db in
                try self.insert(drafts, secrets.secrets(at:), in: networkID, db)
            }
        } catch {
            throw await everything(error, in: networkID, drafts, isBatch: true)
        }
    }

    /// A peer as messages name it.
    static func quoted(_ peer: Peer, _ network: Network) -> String {
        "\(peer.settings.name.description.quotedForMessage) of the network \(quoted(network))"
    }

    /// The peer with this number; throws `notFound` where the network has none.
    public func peer(in networkID: Int64, _ id: Int64) async throws(StoreError) -> Peer {
        try await read { db in
            try PeerRecord.require(id, in: NetworkRecord.require(networkID, db).network, db)
        }
    }

    /// The peer of this name or, where none has it, of this decimal number; throws `notFound` where there is none. `#7` is the
    /// one of the number 7, whatever the names are.
    public func peer(in networkID: Int64, named reference: String) async throws(StoreError) -> Peer {
        try await read { db in
            try Self.requirePeer(named: reference, in: NetworkRecord.require(networkID, db).network, db)
        }
    }

    /// The same with its network, which is named likewise.
    public func peer(
        named reference: String, inNetworkNamed network: String
    ) async throws(StoreError) -> (network: Network, peer: Peer) {
        try await read { db in
            let network = try Self.requireNetwork(named: network, db)
            return (network, try Self.requirePeer(named: reference, in: network, db))
        }
    }

    private static func requirePeer(named reference: String, in network: Network, _ db: Database) throws -> Peer {
        let id = markedNumber(reference)
        if id == nil, let peer = try PeerRecord.find(named: reference, in: network.id, db) { return peer }
        guard let id = id ?? number(reference), let peer = try PeerRecord.find(id, in: network.id, db) else {
            throw StoreError.notFound(
                peer: reference.quotedForMessage, in: network.settings.name.description.quotedForMessage)
        }
        return peer
    }

    /// How many peers a network has, those that are switched off among them; none where there is no such network (any
    /// more), so that a list of networks does not fail when one of them goes meanwhile.
    public func peerCount(in networkID: Int64) async throws(StoreError) -> Int {
        try await read { db in
            try PeerRecord.count(in: networkID, db)
        }
    }

    /// Changes a peer.
    ///
    /// - Parameters:
    ///   - networkID: Its network.
    ///   - id: The peer.
    ///   - expectedUpdatedAt: The time of change that the caller saw; where it is another by now the call throws
    ///     `stale`. A later change always has a later time.
    ///   - options: How the change is made.
    ///   - change: Makes the new peer of the present one, inside the transaction.
    /// - Throws: `notFound`, and as for a new peer.
    public func updatePeer(
        in networkID: Int64, _ id: Int64, expectedUpdatedAt: Int64? = nil, options: WriteOptions = WriteOptions(),
        _ change: @Sendable (inout PeerEdit) -> Void
    ) async throws(StoreError) -> EditedPeer {
        try await self.change(options, { "change of the peer \(Self.quoted($0.after, $0.network))" }) { db in
            let record = try NetworkRecord.require(networkID, db)
            let before = try PeerRecord.require(id, in: record.network, db)
            try StoreError.requireUnchanged(
                before.updatedAt, since: expectedUpdatedAt,
                "the peer \(before.settings.name.description.quotedForMessage)")
            var edit = PeerEdit(settings: before.settings)
            change(&edit)
            var after = before
            after.settings = edit.settings
            let secrets = NewSecrets(edit)
            if let publicKey = secrets.publicKey { after.publicKey = publicKey }
            if let custody = secrets.custody, secrets.publicKey != nil || before.custody == .held {
                after.custody = custody
            }
            if secrets.replacesPresharedKey { after.hasPresharedKey = secrets.kept.presharedKey != nil }

            if after.settings.enabled != before.settings.enabled {
                after.disabledReason = after.settings.enabled ? nil : .operator
            }
            if secrets.replacesAnything, before.pendingKey != nil {
                throw StoreError(
                    .failedPrecondition,
                    """
                    new keys are prepared for the peer \(Self.quoted(before, record.network)): let them take their place, \
                    or cancel that, first
                    """)
            }
            try self.checkExpiry(before, after)

            var toggled = before
            toggled.settings.enabled = after.settings.enabled
            toggled.disabledReason = after.disabledReason
            // To switch a peer off must work even where its settings would not be accepted today.
            if after != toggled || edit.address != nil {
                try Self.check(&after, address: edit.address, record, db)
            }
            guard after != before || secrets.replacesAnything else {
                return EditedPeer(before: before, after: before, network: record.network, secrets: PeerSecrets())
            }
            after.updatedAt = self.time(after: before.updatedAt)
            try PeerRecord.update(after, db)
            if after.settings.bandwidthUp != before.settings.bandwidthUp
                || after.settings.bandwidthDown != before.settings.bandwidthDown
            {
                try Self.checkLimits(in: record.network, db)
            }
            if after.settings.siteNetworks != before.settings.siteNetworks {
                try SiteNetworkRecord.replace(after.settings.siteNetworks, ofPeer: id, db)
            }
            if after.hostNumber != before.hostNumber {
                try NetworkRecord.lowerHostHint(to: before.hostNumber, of: networkID, db)
            }
            if secrets.replacesAnything { try SecretRecord.update(secrets, ofPeer: id, self.sealer, db) }
            return EditedPeer(before: before, after: after, network: record.network, secrets: secrets.answered)
        }
    }

    /// Switches a peer on or off; see ``updatePeer(in:_:expectedUpdatedAt:options:_:)``.
    public func setPeerEnabled(
        in networkID: Int64, _ id: Int64, _ enabled: Bool, options: WriteOptions = WriteOptions()
    ) async throws(StoreError) -> EditedPeer {
        try await updatePeer(in: networkID, id, options: options) { $0.settings.enabled = enabled }
    }

    /// Deletes a peer, its secrets, its access rules and the rules of others about it, and frees its address. Answers
    /// what was deleted.
    public func deletePeer(
        in networkID: Int64, _ id: Int64, expectedUpdatedAt: Int64? = nil, options: WriteOptions = WriteOptions()
    ) async throws(StoreError) -> Peer {
        try await change(options, { "deletion of the peer \($0.settings.name.description.quotedForMessage)" }) { db in
            let network = try NetworkRecord.require(networkID, db).network
            let peer = try PeerRecord.require(id, in: network, db)
            try StoreError.requireUnchanged(
                peer.updatedAt, since: expectedUpdatedAt, "the peer \(peer.settings.name.description.quotedForMessage)")
            let owners = try AccessRuleRecord.owners(ofRulesAboutPeer: id, db)
            try db.cachedStatement(sql: "DELETE FROM peer WHERE id = ?").execute(arguments: [id])
            for owner in owners { try AccessRuleRecord.renumber(owner, db) }
            try NetworkRecord.lowerHostHint(to: peer.hostNumber, of: networkID, db)
            return peer
        }
    }

    /// The secrets that are held of a peer, opened; throws `notFound` where there is no such peer.
    public func secrets(ofPeer id: Int64) async throws(StoreError) -> PeerSecrets {
        try await read { db in
            let statement = try db.cachedStatement(sql: "SELECT 1 FROM peer WHERE id = ?")
            guard try Int.fetchOne(statement, arguments: [id]) != nil else {
                throw StoreError(.notFound, "there is no peer \(id)")
            }
            return try SecretRecord.secrets(ofPeer: id, self.sealer, db)
        }
    }

    /// The networks behind the other site gateways of a network, in the order the gateways were created. A gateway that
    /// is switched off counts: its sites come back with it, and clients should not have to import again for that.
    public func otherSites(
        in networkID: Int64, excluding peerID: Int64
    ) async throws(StoreError) -> [IPPrefix] {
        try await read { db in
            try SiteNetworkRecord.blocks(inNetwork: networkID, db).filter { $0.peerID != peerID }.map(\.block)
        }
    }

    /// The networks behind the peers of a network that are switched on, with the names of the peers.
    public func enabledSites(in networkID: Int64) async throws(StoreError) -> [(peer: String, block: IPPrefix)] {
        try await read { db in
            let statement = try db.cachedStatement(sql: "SELECT name FROM peer WHERE id = ? AND enabled = 1")
            return try SiteNetworkRecord.blocks(inNetwork: networkID, db).compactMap { site in
                try String.fetchOne(statement, arguments: [site.peerID]).map { ($0, site.block) }
            }
        }
    }

    // MARK: - Inside the transaction

    /// Makes peers in their order; the error's `itemIndex` tells which of them was at fault.
    func insert(
        _ drafts: [PeerDraft], _ secrets: (Int) -> NewSecrets, in networkID: Int64, _ db: Database
    ) throws -> [CreatedPeer] {
        var record = try NetworkRecord.require(networkID, db)
        let chosen = drafts.compactMap { draft in draft.address.flatMap { try? record.plan.number(of: $0) } }
        let free = try PeerRecord.lowestFreeNumbers(
            drafts.count { $0.address == nil }, in: record, except: Set(chosen), db)
        var unused = free[...]
        var created: [CreatedPeer] = []
        created.reserveCapacity(drafts.count)
        for (index, draft) in drafts.enumerated() {
            do {
                created.append(try insert(draft, secrets(index), record, &unused, db))
            } catch var error as StoreError {
                error.itemIndex = created.count
                throw error
            }
        }
        // Also where it stays as it is: who watches the network sees that it got peers.
        if let last = free.last { record.hostHint = last + 1 }
        try NetworkRecord.setHostHint(record.hostHint, of: networkID, db)
        try Self.checkLimits(in: record.network, db)
        return created
    }

    /// Makes a peer; takes its number from the free ones where none was chosen for it.
    private func insert(
        _ draft: PeerDraft, _ secrets: NewSecrets, _ record: NetworkRecord, _ free: inout ArraySlice<Int64>,
        _ db: Database
    ) throws -> CreatedPeer {
        guard let publicKey = secrets.publicKey else { throw StoreError(.internal, "a draft without a public key") }
        let time = now()
        if let expiresAt = draft.settings.expiresAt, expiresAt <= time { throw Self.refusedExpiry() }
        var peer = Peer(
            id: 0, networkID: record.network.id, settings: draft.settings, publicKey: publicKey, hostNumber: 0,
            custody: secrets.custody ?? .client, hasPresharedKey: secrets.kept.presharedKey != nil,
            disabledReason: draft.settings.enabled ? nil : .operator, createdAt: time, updatedAt: time)
        try Self.check(&peer, address: draft.address, record, db)
        if draft.address == nil {
            guard let number = free.popFirst() else {
                throw StoreError(
                    .exhausted,
                    """
                    the subnet \(record.plan.subnet) is full: all \(record.plan.peerCapacity) peers \
                    that it has addresses for are there; remove one, or make a network with a larger subnet
                    """)
            }
            peer.hostNumber = number
        }
        let id = try PeerRecord.insert(peer, db)
        try SecretRecord.insert(secrets.kept, ofPeer: id, sealer, db)
        return CreatedPeer(
            peer: Peer(
                id: id, networkID: peer.networkID, settings: peer.settings, publicKey: peer.publicKey,
                hostNumber: peer.hostNumber, custody: peer.custody,
                hasPresharedKey: peer.hasPresharedKey, disabledReason: peer.disabledReason, createdAt: peer.createdAt,
                updatedAt: peer.updatedAt),
            network: record.network, secrets: secrets.answered)
    }

    /// Refuses more peers with a limit than the kernel can tell apart on one interface.
    static func checkLimits(in network: Network, _ db: Database) throws {
        // Numbers are never used again, so no network has more peers than there are numbers between the first and the last:
        // on all but huge hubs nothing has to be counted.
        let span = try db.cachedStatement(sql: "SELECT (SELECT max(id) FROM peer) - (SELECT min(id) FROM peer)")
        guard let numbers = try Int64.fetchOne(span), numbers >= TrafficShape.mostPeers else { return }
        var violations: [StoreError.Violation] = []
        let settings = network.settings
        for (column, field, standard) in [
            ("bandwidthUp", PeerField.bandwidthUp, settings.bandwidthUp),
            ("bandwidthDown", PeerField.bandwidthDown, settings.bandwidthDown),
        ] {
            let count = try db.cachedStatement(
                sql: "SELECT count(*) FROM peer WHERE networkID = ? AND ifnull(\(column), ?) > 0")
            guard let limited = try Int64.fetchOne(count, arguments: [network.id, standard]),
                limited > TrafficShape.mostPeers
            else { continue }
            violations.append(
                .init(
                    field: field.rawValue,
                    message:
                        "the kernel can limit \(TrafficShape.mostPeers) peers of one network in each direction, and this "
                        + "would be \(limited): leave some without a limit, or make another network"))
        }
        if !violations.isEmpty { throw StoreError(.exhausted, violations: violations) }
    }

    /// Refuses a new expiry that lies in the past, and to switch a peer on whose time is up.
    private func checkExpiry(_ before: Peer, _ after: Peer) throws {
        guard let expiresAt = after.settings.expiresAt, expiresAt <= now() else { return }
        if expiresAt != before.settings.expiresAt { throw Self.refusedExpiry() }
        guard after.settings.enabled, !before.settings.enabled else { return }
        let message = "the time of the peer is up: change its expiry or clear it, then enable it"
        throw StoreError(
            .failedPrecondition, violations: [.init(field: PeerField.expiresAt.rawValue, message: message)])
    }

    static let expiryInThePast = "the expiry lies in the past"

    private static func refusedExpiry() -> StoreError {
        StoreError(.invalid, violations: [.init(field: PeerField.expiresAt.rawValue, message: expiryInThePast)])
    }
}
