/// What connections amount to, gathered one by one.
public struct ConnectionSummary: Sendable, Equatable {
    /// How many there are of something, and what they carried.
    public struct Total: Sendable, Equatable {
        /// How many connections.
        public var count: Int64 = 0
        /// Bytes from those who began them; 0 where the kernel does not count.
        public var sent: UInt64 = 0
        /// Bytes back to them; 0 where the kernel does not count.
        public var received: UInt64 = 0

        /// Makes an empty total.
        public init() {}

        mutating func add(_ connection: TrackedConnection) {
            count += 1
            sent = Self.sum(sent, connection.original.bytes)
            received = Self.sum(received, connection.reply.bytes)
        }

        private static func sum(_ left: UInt64, _ right: UInt64?) -> UInt64 {
            let (sum, overflow) = left.addingReportingOverflow(right ?? 0)
            return overflow ? .max : sum
        }
    }

    /// All of them.
    public private(set) var all = Total()
    /// By the name of the protocol.
    public private(set) var byProtocol: [String: Total] = [:]
    /// By where they were begun to. No more than the kernel tracks connections (`nf_conntrack_max`).
    private var byDestination: [IPAddress: Total] = [:]
    /// By the number of the peer.
    private var byPeer: [Int: Total] = [:]

    /// Makes an empty summary.
    public init() {}

    /// Counts a connection in.
    public mutating func add(_ connection: TrackedConnection) {
        all.add(connection)
        byProtocol[connection.protocolName, default: Total()].add(connection)
        byDestination[connection.original.destination, default: Total()].add(connection)
    }

    /// Counts a connection in, for each peer that has one of its ends as well.
    ///
    /// - Parameter peers: The numbers of the peers by their blocks.
    public mutating func add(_ connection: TrackedConnection, of peers: PrefixTable<Int>) {
        add(connection)
        let (initiator, responder) = (
            peers.value(for: connection.initiator), peers.value(for: connection.responder)
        )
        if let initiator { byPeer[initiator, default: Total()].add(connection) }
        if let responder, responder != initiator { byPeer[responder, default: Total()].add(connection) }
    }

    /// The destinations that most bytes went to and came from; where these are equal, or not counted, that most
    /// connections were begun to.
    public func topDestinations(_ count: Int) -> [(address: IPAddress, total: Total)] {
        Self.top(count, of: byDestination).map { ($0.key, $0.total) }
    }

    /// The peers whose connections carried most bytes; where these are equal, or not counted, with most connections.
    public func topPeers(_ count: Int) -> [(number: Int, total: Total)] {
        Self.top(count, of: byPeer).map { ($0.key, $0.total) }
    }

    private static func top<Key: Comparable>(
        _ count: Int, of totals: [Key: Total]
    ) -> [(key: Key, total: Total)] {
        func weight(_ total: Total) -> UInt64 {
            total.sent.addingReportingOverflow(total.received).overflow ? .max : total.sent + total.received
        }
        // The best so far, in order: sorting all of a hundred thousand for ten would take longer than counting them.
        var best: [(key: Key, total: Total)] = []
        for (key, total) in totals {
            func isBefore(_ other: (key: Key, total: Total)) -> Bool {
                let (own, others) = (weight(total), weight(other.total))
                if own != others { return own > others }
                if total.count != other.total.count { return total.count > other.total.count }
                return key < other.key
            }
            if best.count == count, let last = best.last, !isBefore(last) { continue }
            best.insert((key, total), at: best.firstIndex(where: isBefore) ?? best.endIndex)
            if best.count > count { best.removeLast() }
        }
        return best
    }
}
