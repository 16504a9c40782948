/// The connections that carried most bytes, of however many there are: no more than a given number is kept.
public struct LargestConnections: Sendable {
    /// A connection that is kept, by what decides whether it stays.
    private struct Entry {
        var bytes: UInt64
        var id: UInt32
        /// Where it is in ``LargestConnections/connections``.
        var place: Int

        /// Whether it goes before the other one does.
        func isSmaller(than other: Entry) -> Bool {
            // What is not counted is kept in an order too, so that the same table gives the same list.
            bytes != other.bytes ? bytes < other.bytes : id > other.id
        }
    }

    private let most: Int
    private var connections: [TrackedConnection] = []
    /// A heap with the smallest first, once there are as many as are kept.
    private var heap: [Entry] = []

    /// Keeps none yet.
    ///
    /// - Parameter most: How many are kept; none for 0 or less.
    public init(_ most: Int) {
        self.most = most
    }

    /// Keeps a connection if it is one of the largest so far.
    ///
    /// - Complexity: O(log n) for n that are kept.
    public mutating func add(_ connection: TrackedConnection) {
        if most <= 0 { return }
        var entry = Entry(bytes: connection.bytes ?? 0, id: connection.id, place: connections.count)
        if connections.count < most {
            connections.append(connection)
            heap.append(entry)
            if heap.count == most { for place in (0..<most / 2).reversed() { sink(place) } }
        } else if heap[0].isSmaller(than: entry) {
            entry.place = heap[0].place
            connections[entry.place] = connection
            heap[0] = entry
            sink(0)
        }
    }

    /// Those that are kept, the largest first; of equal ones, and where nothing is counted, by the kernel's number.
    public func ordered() -> [TrackedConnection] {
        heap.sorted { $1.isSmaller(than: $0) }.map { connections[$0.place] }
    }

    private mutating func sink(_ start: Int) {
        var place = start
        while true {
            var smallest = place
            for child in [2 * place + 1, 2 * place + 2]
            where child < heap.count && heap[child].isSmaller(than: heap[smallest]) {
                smallest = child
            }
            if smallest == place { return }
            heap.swapAt(place, smallest)
            place = smallest
        }
    }
}
