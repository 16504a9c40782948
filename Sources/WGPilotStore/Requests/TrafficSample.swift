public import WGPilotCore

/// What one look at all interfaces told, to be stored in one transaction.
public struct TrafficSample: Sendable {
    /// A network that was looked at.
    public struct Watched: Sendable {
        /// Its number.
        public var networkID: Int64
        /// What tells its interface from one that is made later under its name; nil where that is known already.
        public var newDevice: String?
        /// Whether nobody looked for a while before.
        public var isFirst: Bool

        /// Makes it from its parts.
        public init(networkID: Int64, newDevice: String? = nil, isFirst: Bool = false) {
            self.networkID = networkID
            self.newDevice = newDevice
            self.isFirst = isFirst
        }
    }

    /// What became of a session.
    public struct SessionNews: Sendable {
        /// Whose it is.
        public var peerID: Int64
        /// The session.
        public var session: PeerSession
        /// Whether it is over.
        public var isOver: Bool

        /// Makes it from its parts.
        public init(peerID: Int64, session: PeerSession, isOver: Bool) {
            self.peerID = peerID
            self.session = session
            self.isOver = isOver
        }
    }

    /// Where a peer of a session was found.
    public struct EndpointNews: Sendable {
        /// Whose it is.
        public var peerID: Int64
        /// The beginning of the session.
        public var startedAt: Int64
        /// Where it was found, and when.
        public var endpoint: PeerSession.Endpoint

        /// Makes it from its parts.
        public init(peerID: Int64, startedAt: Int64, endpoint: PeerSession.Endpoint) {
            self.peerID = peerID
            self.startedAt = startedAt
            self.endpoint = endpoint
        }
    }

    /// When it was taken, in seconds since 1970-01-01 UTC.
    public var takenAt: Int64
    /// The networks that were looked at.
    public var networks: [Watched] = []
    /// What flowed since the sample before, by subject; those for whom nothing did are left out.
    public var moved: [HistorySubject: Transfer] = [:]
    /// What is remembered of peers by now, whole parts of them: of every part in which anything changed.
    public var meters: [Int64: [(id: Int64, meter: PeerMeter)]] = [:]
    /// Sessions that began or ended, in the order in which they did.
    public var sessions: [SessionNews] = []
    /// Endpoints of sessions that are new.
    public var endpoints: [EndpointNews] = []
    /// When and where peers were last seen, by the number of the peer.
    public var sightings: [Int64: PeerSighting] = [:]

    /// One in which nothing changed.
    public init(takenAt: Int64) {
        self.takenAt = takenAt
    }

    /// The part that a peer is in, by its number.
    public static func part(of id: Int64) -> Int64 { id >> 8 }
}
