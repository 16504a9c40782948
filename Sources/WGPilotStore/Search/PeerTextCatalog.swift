import GRDB
import Synchronization
import WGPilotCore

/// The ``PeerTextBlock`` of each large network in which somebody looked for a text, and what changed since it was made.
///
/// So a search reads the rows that may match, and not all; and of these the first in the list's order, once that is known.
/// It never misses one: of a peer that changed after the block was made the row is read always, and what a transaction is
/// about to commit counts as changed before it can be seen.
final class PeerTextCatalog: Sendable {
    /// What a search that begins after this was made can go by.
    struct Lookup: Sendable {
        fileprivate let networkID: Int64
        fileprivate let number: Int
        /// The texts of the peers that the network had when it was made.
        let block: PeerTextBlock
    }

    private struct Entry {
        /// Tells it from an earlier one of the same network.
        let number: Int
        /// Whether a block is there or not needed, and not just being made.
        var isMade = false
        /// nil while it is made, and where the network is too small to need one.
        var block: PeerTextBlock?
        /// The peers, of whatever network, that changed since before the block was read.
        var changed: Set<Int64> = []
        /// In which order the block's peers stand in the lists that were looked through.
        var ranks: [PeerQuery.Order: PeerRanks] = [:]
        /// How many rows were read for want of them.
        var rowsRead: [PeerQuery.Order: Int] = [:]
    }

    private struct State {
        var entries: [Int64: Entry] = [:]
        var nextNumber = 0
        /// What the last transaction that was about to commit changes; it may be on the disk already.
        var foretold = ChangedRows()
    }

    private let state = Mutex(State())
    /// Networks with fewer peers are read whole as fast.
    private let leastPeers: Int

    init(leastPeers: Int = 1000) {
        self.leastPeers = leastPeers
    }

    /// Hears of all that changes from now on; to be called before anything is looked up.
    func listen(to commits: CommitObserver) {
        commits.listen(
            foretell: { [weak self] rows in self?.state.withLock { $0.foretold = rows } },
            tell: { [weak self] rows in self?.note(rows) })
    }

    /// What a search in a network can go by, made anew where there is none.
    ///
    /// To be asked before the transaction of the search begins: then the search sees at least what the block was made of.
    /// - Parameter read: Runs one reading transaction.
    /// - Returns: nil where the search has to read all rows: the network is small, not there, or being looked at.
    func lookup(
        in networkID: Int64,
        read: (@Sendable (Database) throws -> PeerTextBlock?) async throws(StoreError) -> PeerTextBlock?
    ) async throws(StoreError) -> Lookup? {
        let (begun, ready) = begin(networkID)
        if let ready { return ready }
        guard let begun else { return nil }
        let block: PeerTextBlock?
        do {
            block = try await read { [leastPeers] db in
                // Not all of them are counted: that would take longer than to list the first page.
                let counted = "SELECT count(*) FROM (SELECT 1 FROM peer WHERE networkID = ? LIMIT ?)"
                let count = try Int.fetchOne(db.cachedStatement(sql: counted), arguments: [networkID, leastPeers])
                guard count == leastPeers else { return nil }
                return try PeerTextBlock(NetworkRecord.require(networkID, db), db)
            }
        } catch {
            forget(networkID, begun)
            throw error
        }
        return finish(networkID, begun, block)
    }

    /// The peers of a lookup's network that may have a text, and more; nil where there are more than that many, or it
    /// cannot be told any more. With them the ranks in an order, if somebody asked for them before.
    ///
    /// - Parameters:
    ///   - plan: The network's, read in the transaction of the search: it must have begun to read.
    ///   - limit: How many there are at most.
    ///   - sure: How many are looked for even where there seem to be more than `limit`.
    func candidates(
        _ text: String, _ lookup: Lookup, _ plan: AddressPlan, order: PeerQuery.Order = .id, atMost limit: Int,
        sure: Int = .max
    ) -> (candidates: PeerCandidates, ranks: PeerRanks?)? {
        guard plan == lookup.block.plan else {
            forget(lookup.networkID, lookup.number)
            return nil
        }
        // Ranks were read before somebody put them here, so that what was seen to have changed by then is among the changed.
        let known: (changed: Set<Int64>, ranks: PeerRanks?)? = state.withLock { state in
            guard let entry = state.entries[lookup.networkID], entry.number == lookup.number,
                !state.foretold.mayBeAnything
            else { return nil }
            return (entry.changed.union(state.foretold.peers), entry.ranks[order])
        }
        guard let known, let places = lookup.block.places(text, atMost: limit, sure: sure) else { return nil }
        return (PeerCandidates(lookup.block, places, changed: known.changed), known.ranks)
    }

    /// Whether a search should read in which order all peers stand, which those to come have then, or so many rows of its
    /// own: these, as long as all such searches together were not more work than the order is.
    func isWorthRanking(_ order: PeerQuery.Order, _ lookup: Lookup, insteadOf rows: Int) -> Bool {
        state.withLock { state in
            guard state.entries[lookup.networkID]?.number == lookup.number else { return false }
            let read = state.entries[lookup.networkID]?.rowsRead[order, default: 0] ?? 0
            state.entries[lookup.networkID]?.rowsRead[order] = read + rows
            // A peer in order takes about an eighth of what a row takes that is found by its number.
            return read + rows > lookup.block.count / 8
        }
    }

    /// Keeps ranks that a search had to read, for those to come.
    func keep(_ ranks: PeerRanks, _ order: PeerQuery.Order, _ lookup: Lookup) {
        state.withLock { state in
            guard state.entries[lookup.networkID]?.number == lookup.number else { return }
            state.entries[lookup.networkID]?.ranks[order] = ranks
        }
    }

    // MARK: - Making

    /// From now on changes are gathered, by which the block that is read afterwards can be used.
    private func begin(_ networkID: Int64) -> (begun: Int?, ready: Lookup?) {
        state.withLock { state in
            if let entry = state.entries[networkID] {
                guard entry.isMade, let block = entry.block else { return (nil, nil) }
                return (nil, Lookup(networkID: networkID, number: entry.number, block: block))
            }
            let number = state.nextNumber
            state.nextNumber += 1
            state.entries[networkID] = Entry(number: number)
            return (number, nil)
        }
    }

    private func finish(_ networkID: Int64, _ number: Int, _ block: PeerTextBlock?) -> Lookup? {
        state.withLock { state in
            guard state.entries[networkID]?.number == number else { return nil }
            state.entries[networkID]?.isMade = true
            state.entries[networkID]?.block = block
            return block.map { Lookup(networkID: networkID, number: number, block: $0) }
        }
    }

    private func forget(_ networkID: Int64, _ number: Int) {
        state.withLock { state in
            if state.entries[networkID]?.number == number { state.entries[networkID] = nil }
        }
    }

    // MARK: - Changes

    private func note(_ rows: ChangedRows) {
        state.withLock { state in
            state.foretold = ChangedRows()
            if rows.mayBeAnything {
                state.entries = [:]
                return
            }
            guard !rows.peers.isEmpty else { return }
            for networkID in state.entries.keys {
                state.entries[networkID]?.changed.formUnion(rows.peers)
                if let entry = state.entries[networkID], entry.changed.count > Self.mostChanged(entry) {
                    state.entries[networkID] = nil
                }
            }
        }
    }

    /// With more than these a new block is due: each of them costs a row at every search.
    private static func mostChanged(_ entry: Entry) -> Int { max(256, (entry.block?.count ?? 0) / 32) }
}
