import GRDB

/// Where each peer of a ``PeerTextBlock`` stands in a list by one column, the least first; four bytes a peer.
///
/// It holds for the peers that have not changed since the block was read, however long ago that was.
struct PeerRanks: Sendable {
    /// In the order of their numbers, which is the block's.
    static let byNumber = PeerRanks(ranks: nil)

    /// By place in the block; nil where they are the places.
    private var ranks: [UInt32]?

    private init(ranks: [UInt32]?) {
        self.ranks = ranks
    }

    /// Reads the order of a selection, in a transaction that began after the block's.
    init(_ selection: PeerSelection, _ block: PeerTextBlock, _ db: Database) throws {
        var ranks = [UInt32](repeating: .max, count: block.count)
        let statement = try db.cachedStatement(sql: selection.everyone)
        let ids = try Int64.fetchCursor(statement, arguments: selection.argumentsOfEveryone)
        var rank: UInt32 = 0
        while let id = try ids.next() {
            if let place = block.place(of: id) { ranks[place] = rank }
            rank += 1
        }
        self.ranks = ranks
    }

    /// The rank of the peer at a place; one above all others where it is gone.
    subscript(place: Int) -> UInt32 { ranks?[place] ?? UInt32(clamping: place) }
}
