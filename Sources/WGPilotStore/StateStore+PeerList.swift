import GRDB
public import WGPilotCore

extension StateStore {
    /// One page of the peers of a network.
    ///
    /// - Throws: `notFound` for the network; `invalid` for a limit out of range or a cursor that no page gave.
    public func peers(
        in networkID: Int64, _ query: PeerQuery = PeerQuery()
    ) async throws(StoreError) -> PeerPage {
        guard (1...PeerQuery.maximumLimit).contains(query.limit) else {
            throw StoreError(
                .invalid,
                violations: [.init(field: "limit", message: "a limit is 1 to \(PeerQuery.maximumLimit)")])
        }
        let whole = PeerSelection(query, in: networkID)
        let start = try whole.start()
        let lookup = try await lookup(for: whole, in: networkID)
        return try await read { db in
            let network = try NetworkRecord.require(networkID, db)
            let sources = try query.staleWithHost.map { _ in try ConfigurationSources(network, db) }
            let found = try self.candidates(
                whole, lookup, network, db, atMost: whole.mostCandidates, sure: whole.fewCandidates)
            guard let lookup, let found else {
                return try self.page(whole, query, from: start, network, sources, db).page
            }
            var candidates = found.candidates
            var taken = candidates.countOfUnchanged
            if taken > query.limit, let ranks = try self.ranks(found.ranks, whole, lookup, taken, db) {
                let isKnown = try start.map { try whole.isInPlace($0, db) } ?? false
                candidates.sort(by: ranks, isDescending: query.isDescending, behind: isKnown ? start?.id : nil)
                taken = query.limit + 1
            }
            // Most often the first that may match do. Where too few of them do, more are looked at.
            while true {
                let some = whole.narrowed(to: candidates.first(taken))
                let (page, next) = try self.page(some, query, from: start, network, sources, db)
                // Behind a peer that has not changed there is none that should have come before it.
                if candidates.isAll(taken) || next.map({ !candidates.mayHaveChanged($0) }) ?? false { return page }
                taken *= 4
            }
        }
    }

    /// The page that the rows of a selection make, and the peer that comes next, if any.
    private func page(
        _ selection: PeerSelection, _ query: PeerQuery, from start: PeerCursor?, _ network: NetworkRecord,
        _ sources: ConfigurationSources?, _ db: Database
    ) throws -> (page: PeerPage, next: Int64?) {
        let statement = try db.cachedStatement(sql: selection.page(from: start))
        let rows = try Row.fetchCursor(statement, arguments: selection.arguments(from: start))
        var peers: [Peer] = []
        while let row = try rows.next() {
            guard try selection.keeps(row, network.plan) else { continue }
            let isFull = peers.count == query.limit
            // Whoever wants them all needs no peer that the page has no room for.
            if isFull, sources == nil, let last = peers.last {
                let next = try ColumnReader(row: row, table: "peer").int64(0, "id")
                return (PeerPage(peers: peers, nextCursor: query.cursor(after: last)), next)
            }
            let peer = try PeerRecord.peer(row: row, db)
            if let sources, let host = query.staleWithHost {
                guard peer.configurationFetchedAt != nil, try isStale(peer, sources, host, db) else { continue }
                if isFull, let last = peers.last {
                    return (PeerPage(peers: peers, nextCursor: query.cursor(after: last)), peer.id)
                }
            }
            peers.append(peer)
        }
        return (PeerPage(peers: peers, nextCursor: nil), nil)
    }

    /// The numbers and keys of all peers that a query keeps, in no order; its order, cursor and limit do not count. For
    /// lists that are sorted by what the kernel tells.
    ///
    /// - Throws: `notFound` for the network.
    public func peerKeys(in networkID: Int64, _ query: PeerQuery) async throws(StoreError) -> [PeerKey] {
        let whole = PeerSelection(query, in: networkID)
        let lookup = try await lookup(for: whole, in: networkID)
        return try await read { db in
            let record = try NetworkRecord.require(networkID, db)
            let few: (Int) -> Int = { $0 / 4 }
            let found = try self.candidates(whole, lookup, record, db, atMost: few, sure: few)
            let selection = found.map { whole.narrowed(to: $0.candidates.ids) } ?? whole
            let sources = try query.staleWithHost.map { _ in try ConfigurationSources(record, db) }
            let statement = try db.cachedStatement(sql: sources == nil ? selection.keys : selection.rows)
            let rows = try Row.fetchCursor(statement, arguments: selection.arguments)
            var keys: [PeerKey] = []
            while let row = try rows.next() {
                guard try selection.keeps(row, record.plan) else { continue }
                if let sources, let host = query.staleWithHost {
                    let peer = try PeerRecord.peer(row: row, db)
                    guard peer.configurationFetchedAt != nil, try self.isStale(peer, sources, host, db) else {
                        continue
                    }
                }
                let reader = try ColumnReader(row: row, table: "peer", id: row.decode(Int64.self, atIndex: 0))
                keys.append(
                    try PeerKey(
                        id: reader.int64(0, "id"), networkID: networkID, key: reader.publicKey(4, "publicKey"),
                        name: reader.text(2)))
            }
            return keys
        }
    }

    /// By what the rows of a selection can be found, where it asks for a text; to be asked before they are read.
    private func lookup(
        for selection: PeerSelection, in networkID: Int64
    ) async throws(StoreError) -> PeerTextCatalog.Lookup? {
        guard selection.text != nil else { return nil }
        return try await texts.lookup(in: networkID) { body throws(StoreError) in try await self.read(body) }
    }

    /// The only rows that may match a selection, where that is known and they are few: at most what `limit` makes of the
    /// number of peers that there are, while `sure` makes of it how many are counted in any case.
    private func candidates(
        _ selection: PeerSelection, _ lookup: PeerTextCatalog.Lookup?, _ network: NetworkRecord, _ db: Database,
        atMost limit: (Int) -> Int, sure: (Int) -> Int
    ) throws -> (candidates: PeerCandidates, ranks: PeerRanks?)? {
        guard let lookup, let text = selection.text else { return nil }
        let most = limit(lookup.block.count)
        guard
            var found = texts.candidates(
                text, lookup, network.plan, order: selection.order, atMost: most, sure: sure(lookup.block.count))
        else { return nil }
        if let keys = PeerTextFilter.keys(beginningWith: text) {
            let statement = try db.cachedStatement(
                sql: "SELECT id FROM peer WHERE networkID = ? AND publicKey BETWEEN ? AND ? LIMIT ?")
            let owners = try Int64.fetchAll(
                statement, arguments: [network.network.id, keys.first, keys.last, most + 1])
            guard owners.count <= most else { return nil }
            found.candidates.add(owners)
        }
        return found
    }

    /// In which order the peers of a lookup stand in a selection's list; nil where it is not known, and reading the rows of
    /// so many candidates is less work than finding it out.
    private func ranks(
        _ known: PeerRanks?, _ selection: PeerSelection, _ lookup: PeerTextCatalog.Lookup, _ candidates: Int,
        _ db: Database
    ) throws -> PeerRanks? {
        if selection.order == .id { return .byNumber }
        if let known { return known }
        guard
            candidates > selection.fewCandidates(of: lookup.block.count)
                || texts.isWorthRanking(selection.order, lookup, insteadOf: candidates)
        else { return nil }
        let ranks = try PeerRanks(selection, lookup.block, db)
        texts.keep(ranks, selection.order, lookup)
        return ranks
    }

    /// The peers of these numbers in their order, without those that the network does not have (any more).
    public func peers(in networkID: Int64, _ ids: [Int64]) async throws(StoreError) -> [Peer] {
        try await read { db in try ids.compactMap { try PeerRecord.find($0, in: networkID, db) } }
    }
}
