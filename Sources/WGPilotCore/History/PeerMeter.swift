/// What is remembered of a peer from one reading of the kernel to the next: its counters, and its session.
public struct PeerMeter: Hashable, Sendable {
    /// The beginning of the key that the counters were those of: another key means other counters.
    public var keyMark: UInt32
    /// The counters of the kernel when last read.
    public var counters: Transfer
    /// The latest handshake that was ever seen, in seconds since 1970-01-01 UTC; 0 for none.
    public var handshake: Int64
    /// The session that goes on; nil where the peer is offline.
    public var session: PeerSession?

    /// Nothing is known of the peer yet.
    public init(keyMark: UInt32 = 0, counters: Transfer = .zero, handshake: Int64 = 0, session: PeerSession? = nil) {
        self.keyMark = keyMark
        self.counters = counters
        self.handshake = handshake
        self.session = session
    }

    /// What a reading told.
    public struct Reading: Hashable, Sendable {
        /// What flowed since the one before.
        public var moved = Transfer.zero
        /// Sessions that have come to their end, the oldest first.
        public var ended: [PeerSession] = []
        /// A session that has begun and goes on.
        public var began: PeerSession?
        /// When and where the session went on from another endpoint, or had its first.
        public var endpoint: PeerSession.Endpoint?
    }

    /// How a peer stands at the time of a reading.
    public struct Standing: Sendable {
        /// What the kernel tells; nil where it does not have the peer.
        public var status: PeerStatus?
        /// The mark of its present key.
        public var keyMark: UInt32
        /// Whether the interface was made anew since the last reading, so that all its counters began at 0.
        public var isNewDevice: Bool
        /// Whether it is online by ``OnlineRule``.
        public var isOnline: Bool
        /// How long a handshake tells that, in seconds.
        public var window: Int64

        /// Makes it from its parts.
        public init(status: PeerStatus?, keyMark: UInt32, isNewDevice: Bool, isOnline: Bool, window: Int64) {
            self.status = status
            self.keyMark = keyMark
            self.isNewDevice = isNewDevice
            self.isOnline = isOnline
            self.window = window
        }
    }

    /// Takes a reading.
    ///
    /// - Parameter now: When it was taken, in seconds since 1970-01-01 UTC.
    public mutating func read(_ standing: Standing, now: Int64) -> Reading {
        var reading = Reading()
        guard let status = standing.status else {
            // Whoever comes back is counted from 0 on.
            counters = .zero
            if let session { reading.ended = [session] }
            session = nil
            return reading
        }
        let seen = Transfer(received: status.received, sent: status.sent)
        let hasNewCounters = standing.isNewDevice || standing.keyMark != keyMark
        reading.moved = hasNewCounters ? seen : seen.since(counters)
        counters = seen
        keyMark = standing.keyMark
        follow(status, standing, &reading, now: now)
        return reading
    }

    private mutating func follow(
        _ status: PeerStatus, _ standing: Standing, _ reading: inout Reading, now: Int64
    ) {
        // One from the future was made before the clock was set back.
        let latest = min(status.latestHandshake ?? 0, now)
        if handshake > now { handshake = 0 }
        var current = session
        defer { session = current }
        if latest > handshake {
            handshake = latest
            if let former = current, latest - former.lastSeenAt > standing.window + OnlineRule.grace {
                reading.ended.append(former)
                current = nil
            }
            if current == nil {
                current = PeerSession(startedAt: latest, lastSeenAt: latest)
                reading.began = current
            }
        }
        guard var going = current else { return }
        going.lastSeenAt = max(going.lastSeenAt, latest)
        going.moved += reading.moved
        // No packet counts that is not authentic (`rx_bytes` in the kernel's receive.c).
        if standing.isOnline && reading.moved.received > 0 { going.lastSeenAt = max(going.lastSeenAt, now) }
        if let endpoint = status.endpoint?.description, endpoint != going.endpoint {
            going.endpoint = endpoint
            reading.endpoint = .init(at: reading.began == nil ? now : latest, endpoint: endpoint)
        }
        if !standing.isOnline { reading.ended.append(going) }
        current = standing.isOnline ? going : nil
    }
}
