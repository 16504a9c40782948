import FoundationEssentials
import GRDB
public import WGPilotCore

extension StateStore {
    /// Gives a peer new keys, at once or prepared for later; what was prepared before is dropped.
    ///
    /// - Returns: The peer before and after. The secrets are all that its new configuration needs, the private key that is
    ///   not kept among them.
    /// - Throws: `notFound`; `invalid` with the faulty fields; `alreadyExists` for another peer's key;
    ///   `failedPrecondition` while another change waits to be confirmed.
    public func rotateKeys(
        in networkID: Int64, _ id: Int64, _ rotation: KeyRotation, options: WriteOptions = WriteOptions()
    ) async throws(StoreError) -> EditedPeer {
        try await change(options, { "new keys of the peer \(Self.quoted($0.after, $0.network))" }) { db in
            let record = try NetworkRecord.require(networkID, db)
            let before = try PeerRecord.require(id, in: record.network, db)
            return try self.rotate(before, rotation, record, db)
        }
    }

    /// Lets prepared keys take their place now.
    ///
    /// - Throws: `notFound`; `failedPrecondition` where none are prepared, and while another change waits to be confirmed.
    public func activateKeys(
        in networkID: Int64, _ id: Int64, options: WriteOptions = WriteOptions()
    ) async throws(StoreError) -> EditedPeer {
        try await change(options, { "prepared keys of the peer \(Self.quoted($0.after, $0.network))" }) { db in
            let network = try NetworkRecord.require(networkID, db).network
            let before = try PeerRecord.require(id, in: network, db)
            try Self.requirePendingKey(before, network)
            return try self.activate(before, network, db)
        }
    }

    /// Drops prepared keys; the present ones stay.
    ///
    /// - Throws: As for ``activateKeys(in:_:options:)``.
    public func cancelKeys(
        in networkID: Int64, _ id: Int64, options: WriteOptions = WriteOptions()
    ) async throws(StoreError) -> EditedPeer {
        try await change(options, { "no new keys for the peer \(Self.quoted($0.after, $0.network))" }) { db in
            let network = try NetworkRecord.require(networkID, db).network
            let before = try PeerRecord.require(id, in: network, db)
            try Self.requirePendingKey(before, network)
            var after = before
            after.pendingKey = nil
            after.updatedAt = self.time(after: before.updatedAt)
            try PendingKeyRecord.delete(ofPeer: id, db)
            try PeerRecord.update(after, db)
            return EditedPeer(before: before, after: after, network: network, secrets: PeerSecrets())
        }
    }

    /// Gives the hub a new key in a network, in one transaction with new keys for its peers where that is wanted: those
    /// that are held here, and the preshared keys.
    ///
    /// - Throws: `notFound`; `failedPrecondition` while another change waits to be confirmed.
    public func regenerateKeys(
        of networkID: Int64, withPeers: Bool, options: WriteOptions = WriteOptions()
    ) async throws(StoreError) -> RegeneratedNetwork {
        try await change(options, { "new keys of the network \(Self.quoted($0.network))" }) { db in
            var record = try NetworkRecord.require(networkID, db)
            let privateKey = PrivateKey.generate()
            record.network.publicKey = privateKey.publicKey
            record.network.updatedAt = self.time(after: record.network.updatedAt)
            try NetworkRecord.update(record.network, db)
            try SecretRecord.replace(privateKey, ofNetwork: networkID, self.sealer, db)
            var (rotated, kept) = (0, 0)
            guard withPeers else {
                return RegeneratedNetwork(network: record.network, rotatedPeers: 0, keptPeers: 0)
            }
            let statement = try db.cachedStatement(
                sql: "\(PeerRecord.select) WHERE networkID = ? ORDER BY peer.id")
            let peers = try Row.fetchAll(statement, arguments: [networkID]).map { try PeerRecord.peer(row: $0, db) }
            for peer in peers {
                if peer.custody == .held {
                    rotated += 1
                    _ = try self.rotate(peer, KeyRotation(), record, db)
                } else {
                    kept += 1
                    try self.renewPresharedKey(peer, db)
                }
            }
            return RegeneratedNetwork(network: record.network, rotatedPeers: rotated, keptPeers: kept)
        }
    }

    /// When something about a peer is next due by the clock: its end, or the change of its keys. In seconds since
    /// 1970-01-01 UTC; nil where nothing is.
    public func nextPeerDeadline() async throws(StoreError) -> Int64? {
        try await read { db in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT min(time) FROM (
                        SELECT min(expiresAt) AS time FROM peer WHERE expiresAt IS NOT NULL AND enabled = 1
                        UNION ALL SELECT min(activatesAt) FROM pendingKey)
                    """)
            return try Int64.fetchOne(statement)
        }
    }

    /// When the next peer expires, in seconds since 1970-01-01 UTC; nil where none does.
    public func nextExpiry() async throws(StoreError) -> Int64? {
        try await read { db in
            try Int64.fetchOne(
                db.cachedStatement(
                    sql: "SELECT min(expiresAt) FROM peer WHERE expiresAt IS NOT NULL AND enabled = 1"))
        }
    }

    /// Switches off the peers whose time is up, whatever else waits to be confirmed.
    ///
    /// - Returns: The public keys of those that were switched off, by network.
    public func expirePeers(audit: AuditContext? = nil) async throws(StoreError) -> [Int64: [PublicKey]] {
        let due = try await read { db in try Self.dueToExpire(self.now(), db) }
        if due.isEmpty { return [:] }
        return try await record(audit, of: ChangeRecording.desiredState) { db in
            var keys: [Int64: [PublicKey]] = [:]
            for (id, networkID) in try Self.dueToExpire(self.now(), db) {
                guard var peer = try PeerRecord.find(id, in: networkID, db) else { continue }
                peer.settings.enabled = false
                peer.disabledReason = .expired
                peer.updatedAt = self.time(after: peer.updatedAt)
                try PeerRecord.update(peer, db)
                keys[networkID, default: []].append(peer.publicKey)
            }
            return keys
        }
    }

    /// Lets the prepared keys take their place that are due.
    ///
    /// - Returns: The old and the new public keys, by network.
    /// - Throws: `failedPrecondition` while another change waits to be confirmed: the old keys go on until then.
    public func activateDueKeys(audit: AuditContext? = nil) async throws(StoreError) -> [Int64: [PublicKey]] {
        if try await read({ db in try PendingKeyRecord.due(self.now(), db).isEmpty }) { return [:] }
        var options = WriteOptions()
        options.audit = audit
        return try await change(options, { _ in "prepared keys" }) { db in
            var keys: [Int64: [PublicKey]] = [:]
            for (id, networkID) in try PendingKeyRecord.due(self.now(), db) {
                let network = try NetworkRecord.require(networkID, db).network
                let edited = try self.activate(PeerRecord.require(id, in: network, db), network, db)
                keys[networkID, default: []] += [edited.before.publicKey, edited.after.publicKey]
            }
            return keys
        }
    }

    // MARK: - Inside the transaction

    private static func dueToExpire(_ now: Int64, _ db: Database) throws -> [(peerID: Int64, networkID: Int64)] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT id, networkID FROM peer WHERE expiresAt IS NOT NULL AND enabled = 1 AND expiresAt <= ? \
                ORDER BY id
                """)
        return try Row.fetchAll(statement, arguments: [now]).map { row in
            let reader = ColumnReader(row: row, table: "peer")
            return try (reader.int64(0, "id"), reader.int64(1, "networkID"))
        }
    }

    private static func requirePendingKey(_ peer: Peer, _ network: Network) throws {
        guard peer.pendingKey == nil else { return }
        throw StoreError(.failedPrecondition, "no new keys are prepared for the peer \(quoted(peer, network))")
    }

    private func rotate(
        _ before: Peer, _ rotation: KeyRotation, _ record: NetworkRecord, _ db: Database
    ) throws -> EditedPeer {
        let present = try SecretRecord.secrets(ofPeer: before.id, sealer, db)
        var next = PeerSecrets(presharedKey: present.presharedKey)
        switch rotation.presharedKey {
        case .keep: break
        case .renew: next.presharedKey = present.presharedKey.map { _ in .generate() }
        case .remove: next.presharedKey = nil
        case .generate: next.presharedKey = .generate()
        case .set(let key): next.presharedKey = key
        }
        let custody = rotation.publicKey != nil ? .client : rotation.custody ?? before.custody
        // The key is checked as if it were there already, so that nothing stands in its way later.
        var faults = PeerFaults()
        Self.check(rotation, custody, &faults)
        if let key = rotation.publicKey { try Self.check(newKey: key, of: before.id, record, &faults, db) }
        if let error = faults.error { throw error }
        let privateKey = rotation.publicKey == nil ? PrivateKey.generate() : nil
        guard let publicKey = rotation.publicKey ?? privateKey?.publicKey else {
            throw StoreError(.internal, "a rotation without a key")
        }
        var after = before
        after.publicKey = publicKey
        let kept = PeerSecrets(
            privateKey: custody == .held ? privateKey : nil, presharedKey: next.presharedKey)
        if let overlap = rotation.overlap {
            let pending = PendingKey(publicKey: publicKey, activatesAt: now() + overlap)
            after.publicKey = before.publicKey
            after.pendingKey = pending
            try PendingKeyRecord.replace(
                pending, kept, isShownOnce: custody == .once, ofPeer: before.id, sealer, db)
        } else {
            after.custody = custody
            after.pendingKey = nil
            after.hasPresharedKey = next.presharedKey != nil
            try PendingKeyRecord.delete(ofPeer: before.id, db)
            try SecretRecord.replace(kept, ofPeer: before.id, sealer, db)
        }
        after.updatedAt = time(after: before.updatedAt)
        try PeerRecord.update(after, db)
        next.privateKey = privateKey
        return EditedPeer(before: before, after: after, network: record.network, secrets: next)
    }

    private static func check(_ rotation: KeyRotation, _ custody: KeyCustody, _ faults: inout PeerFaults) {
        if rotation.publicKey == nil, custody == .client {
            faults.add(
                .invalid, .publicKey,
                "the client keeps its private key: give its new public key, or another custody")
        }
        if let wanted = rotation.custody, rotation.publicKey != nil, wanted != .client {
            faults.add(
                .invalid, .custody,
                "of a public key that is given the client has the private one: the custody is client")
        }
        if let overlap = rotation.overlap, !(1...PendingKey.longestOverlap).contains(overlap) {
            faults.add(
                .invalid, named: "overlap", "an overlap is 1 to \(PendingKey.longestOverlap) s, seven days")
        }
    }

    private func activate(_ before: Peer, _ network: Network, _ db: Database) throws -> EditedPeer {
        guard let pending = try PendingKeyRecord.find(ofPeer: before.id, sealer, db) else {
            throw StoreError(.internal, "no keys are prepared")
        }
        var after = before
        after.publicKey = pending.key.publicKey
        after.custody = pending.custody
        after.hasPresharedKey = pending.secrets.presharedKey != nil
        after.pendingKey = nil
        after.updatedAt = time(after: before.updatedAt)
        try PendingKeyRecord.delete(ofPeer: before.id, db)
        try PeerRecord.update(after, db)
        try SecretRecord.replace(pending.secrets, ofPeer: before.id, sealer, db)
        return EditedPeer(before: before, after: after, network: network, secrets: PeerSecrets())
    }

    private func renewPresharedKey(_ peer: Peer, _ db: Database) throws {
        // What is prepared would else bring the old one back.
        if let pending = try PendingKeyRecord.find(ofPeer: peer.id, sealer, db), pending.secrets.presharedKey != nil {
            var secrets = pending.secrets
            secrets.presharedKey = .generate()
            try PendingKeyRecord.replace(
                pending.key, secrets, isShownOnce: pending.custody == .once, ofPeer: peer.id, sealer, db)
        }
        guard peer.hasPresharedKey else { return }
        var edit = PeerEdit(settings: peer.settings)
        edit.presharedKey = .generate
        var after = peer
        after.updatedAt = time(after: peer.updatedAt)
        try SecretRecord.update(NewSecrets(edit), ofPeer: peer.id, sealer, db)
        try PeerRecord.update(after, db)
    }
}
