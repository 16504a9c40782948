/// A time during which a peer was online without a break.
public struct PeerSession: Hashable, Sendable {
    /// Where a peer was from a moment on.
    public struct Endpoint: Hashable, Sendable {
        /// When that was first seen, in seconds since 1970-01-01 UTC.
        public var at: Int64
        /// The endpoint, as `SocketEndpoint` prints it.
        public var endpoint: String

        /// Makes it from its parts.
        public init(at: Int64, endpoint: String) {
            self.at = at
            self.endpoint = endpoint
        }
    }

    /// The handshake that it began with, in seconds since 1970-01-01 UTC.
    public var startedAt: Int64
    /// The last sign of life, in seconds since 1970-01-01 UTC: a handshake, or bytes that came from the peer.
    public var lastSeenAt: Int64
    /// What flowed in it.
    public var moved: Transfer
    /// Where the peer is; nil where the kernel never told.
    public var endpoint: String?

    /// Makes it from its parts.
    public init(startedAt: Int64, lastSeenAt: Int64, moved: Transfer = .zero, endpoint: String? = nil) {
        self.startedAt = startedAt
        self.lastSeenAt = lastSeenAt
        self.moved = moved
        self.endpoint = endpoint
    }
}
