public import WGPilotCore

/// Some of a peer's sessions.
public struct SessionPage: Sendable {
    /// A session.
    public struct Entry: Hashable, Sendable {
        /// The session.
        public var session: PeerSession
        /// When it ended, in seconds since 1970-01-01 UTC; nil where it goes on.
        public var endedAt: Int64?
        /// Where the peer was in it, in order.
        public var endpoints: [PeerSession.Endpoint]
    }

    /// The sessions, the latest first.
    public var sessions: [Entry]
    /// The beginning of the last of them, where there may be more.
    public var next: Int64?
}
