import NIOCore

/// The latest changes as they go to clients, for all of them together: how far each one has come is a number, so that a
/// slow client costs nothing but that. Bounded in number and in bytes; the oldest go first, and who needs them gets a
/// snapshot instead.
struct EventLog {
    private struct Entry {
        var sequence: UInt64
        var frame: ByteBuffer
    }

    private var entries: CircularBuffer<Entry> = []
    private var bytes = 0
    /// The change before the oldest that is here.
    private var base: EventPosition?
    /// The latest change; nil while nothing is known.
    private(set) var last: EventPosition?

    /// The most changes that are kept.
    let maximumCount: Int
    /// The most bytes that they take.
    let maximumBytes: Int

    init(maximumCount: Int = 4096, maximumBytes: Int = 4 << 20) {
        self.maximumCount = maximumCount
        self.maximumBytes = maximumBytes
    }

    /// Forgets everything: what comes next follows the position, and nothing before it is known.
    mutating func restart(at position: EventPosition) {
        entries.removeAll()
        bytes = 0
        base = position
        last = position
    }

    /// Adds the change after the latest.
    mutating func append(_ position: EventPosition, _ frame: ByteBuffer) {
        guard last?.epoch == position.epoch else { return restart(at: position) }
        entries.append(Entry(sequence: position.sequence, frame: frame))
        bytes += frame.readableBytes
        last = position
        while entries.count > 1, entries.count > maximumCount || bytes > maximumBytes {
            let oldest = entries.removeFirst()
            bytes -= oldest.frame.readableBytes
            base?.sequence = oldest.sequence
        }
    }

    /// Whether everything after the position is here.
    func covers(_ position: EventPosition) -> Bool {
        guard let base, let last, position.epoch == base.epoch else { return false }
        return (base.sequence...last.sequence).contains(position.sequence)
    }

    /// What follows a position that is covered, in one piece: as many changes as fit the bytes, at least one. Nil where
    /// there is none.
    func piece(after position: EventPosition, bytes limit: Int) -> (bytes: ByteBuffer, end: EventPosition)? {
        var index = firstIndex(after: position.sequence)
        guard index < entries.endIndex else { return nil }
        var piece = entries[index].frame
        var end = entries[index].sequence
        index = entries.index(after: index)
        while index < entries.endIndex, piece.readableBytes + entries[index].frame.readableBytes <= limit {
            // Copies, where it is more than one: most are a hundred bytes, and each write costs more than that.
            piece.writeImmutableBuffer(entries[index].frame)
            end = entries[index].sequence
            index = entries.index(after: index)
        }
        return (piece, EventPosition(epoch: position.epoch, sequence: end))
    }

    private func firstIndex(after sequence: UInt64) -> CircularBuffer<Entry>.Index {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[entries.index(entries.startIndex, offsetBy: middle)].sequence <= sequence {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return entries.index(entries.startIndex, offsetBy: low)
    }
}
