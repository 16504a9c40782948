/// The peers that a search has to look at: all others do not have its text.
struct PeerCandidates {
    private let block: PeerTextBlock
    /// The places in the block of those that have not changed since it was read, each once.
    private var places: [Int]
    /// Those that may have changed since.
    private var changed: Set<Int64>

    init(_ block: PeerTextBlock, _ places: [Int], changed: Set<Int64>) {
        self.block = block
        self.places = changed.isEmpty ? places : places.filter { !changed.contains(block.id($0)) }
        self.changed = changed
    }

    /// How many of them have not changed since the block was read.
    var countOfUnchanged: Int { places.count }

    /// All of them.
    var ids: [Int64] { first(places.count) }

    /// Adds peers that are found by something else than the block's texts.
    mutating func add(_ ids: [Int64]) {
        guard !ids.isEmpty else { return }
        var all = Set(places)
        for id in ids where !changed.contains(id) {
            // Who is not in the block has come since.
            if let place = block.place(of: id) { all.insert(place) } else { changed.insert(id) }
        }
        places = all.sorted()
    }

    /// Puts those that have not changed into the order of ranks, the greatest first on demand.
    ///
    /// - Parameter start: The peer behind which the list goes on; what is known to stand before it is left out.
    mutating func sort(by ranks: PeerRanks, isDescending: Bool, behind start: Int64?) {
        places.sort { isDescending ? ranks[$0] > ranks[$1] : ranks[$0] < ranks[$1] }
        guard let start, !changed.contains(start), let place = block.place(of: start) else { return }
        let from = ranks[place]
        places.removeAll { isDescending ? ranks[$0] >= from : ranks[$0] <= from }
    }

    /// So many of those that have not changed, the first in order, and all that may have.
    func first(_ count: Int) -> [Int64] { changed + places.prefix(count).map(block.id) }

    /// Whether ``first(_:)`` has so many, and none is left.
    func isAll(_ count: Int) -> Bool { count >= places.count }

    /// Whether a peer may have changed since the block was read, so that its place among the others is not known.
    func mayHaveChanged(_ id: Int64) -> Bool { changed.contains(id) }
}
