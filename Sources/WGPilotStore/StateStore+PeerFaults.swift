import FoundationEssentials
import GRDB
public import WGPilotCore

extension StateStore {
    /// All that stands in the way of new peers, for whoever knows that they are refused and wants everything told at once.
    /// Makes nothing, and no keys.
    ///
    /// - Parameters:
    ///   - networkID: Their network.
    ///   - drafts: The peers. What could not be read of one is at its default, and is found nowhere.
    ///   - unread: By the places of drafts, those of name and address that were given and could not be read.
    ///   - isBatch: Whether fields are named with the place of their peer: `peers[3].name`.
    /// - Returns: The refusal that to make them would end with, `exhausted` with a field too; nil where they could be
    ///   made.
    /// - Throws: `notFound` for the network.
    public func faults(
        in networkID: Int64, _ drafts: [PeerDraft], unread: [Int: Set<PeerField>] = [:], isBatch: Bool
    ) async throws(StoreError) -> StoreError? {
        try await read { db in
            try self.faults(NetworkRecord.require(networkID, db), drafts, unread, isBatch: isBatch, db)
        }
    }

    /// The same for a peer that is to be changed: what stands in the way of new settings and of a new address.
    public func faults(
        in networkID: Int64, of id: Int64, _ settings: PeerSettings, address: IPAddress?
    ) async throws(StoreError) -> StoreError? {
        try await read { db in
            let record = try NetworkRecord.require(networkID, db)
            return try Self.faults(of: id, settings, publicKey: nil, address: address, record, db).faults.error
        }
    }

    /// The same for a public key that a peer is to get.
    public func faults(
        in networkID: Int64, of id: Int64, newKey key: PublicKey
    ) async throws(StoreError) -> StoreError? {
        try await read { db in
            let record = try NetworkRecord.require(networkID, db)
            var faults = PeerFaults()
            try Self.check(newKey: key, of: id, record, &faults, db)
            return faults.error
        }
    }

    /// What a creation that was refused for one reason is refused for in all.
    func everything(
        _ error: StoreError, in networkID: Int64, _ drafts: [PeerDraft], isBatch: Bool
    ) async -> StoreError {
        switch error.code {
        case .invalid, .alreadyExists, .conflict: break
        case .exhausted: if !error.violations.isEmpty { return error }
        default: return error
        }
        guard var all = try? await faults(in: networkID, drafts, isBatch: isBatch), all.code != .exhausted else {
            return error
        }
        all.itemIndex = error.itemIndex
        return all
    }

    // MARK: - Inside the transaction

    /// Checks a peer by itself, in its network and against all others, and gives it the chosen address.
    static func check(
        _ peer: inout Peer, address: IPAddress?, _ record: NetworkRecord, _ db: Database
    ) throws {
        let (faults, number) = try faults(
            of: peer.id, peer.settings, publicKey: peer.publicKey, address: address, record, db)
        if let error = faults.error { throw error }
        if let number { peer.hostNumber = number }
    }

    /// Refuses a public key that a peer or the hub has, or is to get.
    static func check(
        newKey key: PublicKey, of id: Int64, _ record: NetworkRecord, _ faults: inout PeerFaults, _ db: Database
    ) throws {
        if key == record.network.publicKey { return faults.add(.invalid, .publicKey, hubsKey) }
        // Its own key is none that a peer could get.
        let present = try PeerClaim.holders(key: key, in: record.network.id, except: 0, db)[.publicKey]
        let next = try PeerClaim.holders(key: key, in: record.network.id, except: id, db)[.pendingKey]
        guard let name = present ?? next else { return }
        faults.add(.alreadyExists, .publicKey, "the peer \(name.quotedForMessage) has this key")
    }

    private static let hubsKey = "this is the hub's own key in the network; a peer needs a key of its own"

    private func faults(
        _ record: NetworkRecord, _ drafts: [PeerDraft], _ unread: [Int: Set<PeerField>], isBatch: Bool, _ db: Database
    ) throws -> StoreError? {
        let time = now()
        let overlaps = Self.overlaps(drafts)
        var all = PeerFaults()
        var first: Int?
        // Swift's strings are equal where they are read alike, as names of peers must not be.
        var (names, keys, numbers): (Set<String>, Set<PublicKey>, Set<Int64>) = ([], [], [])
        var withoutAddress: Int64 = 0
        for (index, draft) in drafts.enumerated() {
            let hasName = unread[index]?.contains(.name) != true
            let key: PublicKey? =
                switch draft.keys {
                case .generate: nil
                case .publicKey(let key): key
                case .privateKey(let key): key.publicKey
                }
            var (faults, number) = try Self.faults(
                of: 0, draft.settings, publicKey: key, address: draft.address, hasName: hasName, record, db)
            if let expiresAt = draft.settings.expiresAt, expiresAt <= time {
                faults.add(.invalid, .expiresAt, Self.expiryInThePast)
            }
            if hasName, !names.insert(draft.settings.name.description).inserted, !faults.concerns(.name) {
                faults.add(.alreadyExists, .name, "a peer before it has this name")
            }
            if let key, !keys.insert(key).inserted, !faults.concerns(.publicKey) {
                faults.add(.alreadyExists, .publicKey, "a peer before it has this key")
            }
            if let number, !faults.concerns(.address), !numbers.insert(number).inserted {
                faults.add(.alreadyExists, .address, "a peer before it has this address")
            }
            if draft.address == nil, unread[index]?.contains(.address) != true { withoutAddress += 1 }
            for (block, other) in overlaps[index] ?? [] {
                faults.add(.conflict, .siteNetworks, "\(block) overlaps \(other), which is behind a peer before it")
            }
            guard faults.count > 0 else { continue }
            if first == nil { first = index }
            if isBatch { all.add(faults, at: "peers[\(index)]") } else { all = faults }
            if all.count >= PeerFaults.most { break }
        }
        let free = try record.plan.peerCapacity - Int64(PeerRecord.count(in: record.network.id, db))
        if withoutAddress > free - Int64(numbers.count) {
            if isBatch {
                all.add(
                    .exhausted, named: "peers",
                    "the subnet \(record.plan.subnet) has room for \(max(free, 0)) more peers")
            } else {
                all.add(.exhausted, .address, "the subnet \(record.plan.subnet) is full")
            }
        }
        var error = all.error
        error?.itemIndex = first
        return error
    }

    /// Everything that is wrong with a peer by itself, in its network and against all others, and the number of its address
    /// where that is good.
    private static func faults(
        of id: Int64, _ settings: PeerSettings, publicKey: PublicKey?, address: IPAddress?, hasName: Bool = true,
        _ record: NetworkRecord, _ db: Database
    ) throws -> (faults: PeerFaults, number: Int64?) {
        let network = record.network
        var faults = PeerFaults()
        for (field, fault) in settings.validate(in: network.settings) { faults.add(.invalid, field, fault.message) }
        var number: Int64?
        if let address {
            do {
                number = try record.plan.number(of: address)
            } catch {
                faults.add(.invalid, .address, error.message)
            }
        }
        if let publicKey, publicKey == network.publicKey { faults.add(.invalid, .publicKey, hubsKey) }
        let holders = try PeerClaim.holders(
            ofName: hasName ? settings.name : nil, key: publicKey, number: number, in: network.id, except: id, db)
        if let name = holders[.name] {
            faults.add(.alreadyExists, .name, "there is already a peer \(name.quotedForMessage) in the network")
        }
        if !faults.concerns(.publicKey) {
            if let name = holders[.publicKey] {
                faults.add(.alreadyExists, .publicKey, "the peer \(name.quotedForMessage) has this key")
            } else if let name = holders[.pendingKey] {
                faults.add(.alreadyExists, .publicKey, "the peer \(name.quotedForMessage) is to get this key")
            }
        }
        if let address, let name = holders[.hostNumber] {
            faults.add(.alreadyExists, .address, "the peer \(name.quotedForMessage) has \(address)")
        }
        if settings.siteNetworks.isEmpty { return (faults, number) }
        let networks = try NetworkRecord.all(db).map(\.network)
        for block in settings.siteNetworks {
            if let site = try SiteNetworkRecord.overlapping(block, exceptPeer: id, db) {
                faults.add(.conflict, .siteNetworks, "\(block) overlaps \(siteOwner(site))")
            }
            // Of the peer's own network that is said already.
            for other in networks where other.id != network.id {
                for (_, subnet) in other.settings.blocks where subnet.overlaps(block) {
                    let name = other.settings.name.description.quotedForMessage
                    faults.add(
                        .conflict, .siteNetworks, "\(block) overlaps \(subnet), the subnet of the network \(name)")
                }
            }
        }
        return (faults, number)
    }

    /// The sites of each draft that overlap those of one before it.
    private static func overlaps(_ drafts: [PeerDraft]) -> [Int: [(block: IPPrefix, other: IPPrefix)]] {
        var blocks = drafts.enumerated().flatMap { index, draft in
            draft.settings.siteNetworks.map { (index: index, block: $0) }
        }
        // Of two blocks that overlap one holds the other: in this order every block comes behind all that hold it.
        blocks.sort { left, right in
            if left.block.address.isV4 != right.block.address.isV4 { return left.block.address.isV4 }
            let (first, second) = (left.block.address.number, right.block.address.number)
            return first == second
                ? (left.block.length, left.index) < (right.block.length, right.index) : first < second
        }
        var found: [Int: [(block: IPPrefix, other: IPPrefix)]] = [:]
        var around: [(index: Int, block: IPPrefix)] = []
        for (index, block) in blocks {
            while let last = around.last, !last.block.overlaps(block) { around.removeLast() }
            if let other = around.last(where: { $0.index != index }) {
                if other.index < index {
                    found[index, default: []].append((block, other.block))
                } else {
                    found[other.index, default: []].append((other.block, block))
                }
            }
            around.append((index, block))
        }
        return found
    }
}
