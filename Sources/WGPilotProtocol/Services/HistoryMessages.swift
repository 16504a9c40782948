/// Whose transfer history is asked for, and for which time.
public struct PeerHistoryRequest: Codable, Sendable, Equatable {
    /// The network, by name or number.
    public var network: String
    /// The peer, by name or number.
    public var peer: String
    /// `day`, `week`, `month` (30 days) or `year`, up to now; absent with `from` too is a day.
    public var range: String?
    /// The beginning of the time instead, in seconds since 1970-01-01 UTC.
    public var from: Int64?
    /// Its end, in seconds since 1970-01-01 UTC; absent is now.
    public var to: Int64?
    /// `minute`, `5min`, `15min`, `hour`, `day`, `week` or `month`; absent is the finest that is kept for all of the time
    /// and makes no more than some 400 points.
    public var granularity: String?

    enum CodingKeys: Int, CodingKey {
        case network = 1
        case peer = 2
        case range = 3
        case from = 4
        case to = 5
        case granularity = 6
    }

    /// Makes the message from its fields.
    public init(
        network: String, peer: String, range: String? = nil, from: Int64? = nil, to: Int64? = nil,
        granularity: String? = nil
    ) {
        self.network = network
        self.peer = peer
        self.range = range
        self.from = from
        self.to = to
        self.granularity = granularity
    }
}

/// The same of all peers of a network together.
public struct NetworkHistoryRequest: Codable, Sendable, Equatable {
    /// The network, by name or number.
    public var network: String
    /// As of a peer.
    public var range: String?
    /// As of a peer.
    public var from: Int64?
    /// As of a peer.
    public var to: Int64?
    /// As of a peer.
    public var granularity: String?

    enum CodingKeys: Int, CodingKey {
        case network = 1
        case range = 3
        case from = 4
        case to = 5
        case granularity = 6
    }

    /// Makes the message from its fields.
    public init(
        network: String, range: String? = nil, from: Int64? = nil, to: Int64? = nil, granularity: String? = nil
    ) {
        self.network = network
        self.range = range
        self.from = from
        self.to = to
        self.granularity = granularity
    }
}

/// What flowed in one part of the time.
public struct HistoryPointMessage: Codable, Sendable, Equatable {
    /// Its beginning, in seconds since 1970-01-01 UTC. It goes up to the beginning of the next one, and the last one to the
    /// end of the history.
    public var start: Int64
    /// Bytes received from the peer, or from all peers of the network.
    public var received: UInt64
    /// Bytes sent to the peer, or to all peers of the network.
    public var sent: UInt64
    /// For how many seconds of it the hub looked; 0 is a gap. What flowed while it did not look is in the point in which
    /// it looked again.
    public var watched: Int64

    enum CodingKeys: Int, CodingKey {
        case start = 1
        case received = 2
        case sent = 3
        case watched = 4
    }

    /// Makes the message from its fields.
    public init(start: Int64, received: UInt64, sent: UInt64, watched: Int64) {
        self.start = start
        self.received = received
        self.sent = sent
        self.watched = watched
    }
}

/// A transfer history.
public struct HistoryReply: Codable, Sendable, Equatable {
    /// Its beginning: that of the first point, in seconds since 1970-01-01 UTC.
    public var from: Int64
    /// Its end, in seconds since 1970-01-01 UTC: that of the last point, which may lie in the future.
    public var to: Int64
    /// How finely it is told, as in the request.
    public var granularity: String
    /// The points in their order, with no time left out.
    public var points: [HistoryPointMessage]
    /// Bytes received in all of them.
    public var received: UInt64
    /// Bytes sent in all of them.
    public var sent: UInt64
    /// Up to when it is known what flowed, in seconds since 1970-01-01 UTC; absent where nobody looked yet.
    public var sampledAt: Int64?

    enum CodingKeys: Int, CodingKey {
        case from = 1
        case to = 2
        case granularity = 3
        case points = 4
        case received = 5
        case sent = 6
        case sampledAt = 7
    }

    /// Makes the message from its fields.
    public init(
        from: Int64, to: Int64, granularity: String, points: [HistoryPointMessage], received: UInt64, sent: UInt64,
        sampledAt: Int64? = nil
    ) {
        self.from = from
        self.to = to
        self.granularity = granularity
        self.points = points
        self.received = received
        self.sent = sent
        self.sampledAt = sampledAt
    }
}

/// Whose sessions are asked for.
public struct SessionsRequest: Codable, Sendable, Equatable {
    /// The network, by name or number.
    public var network: String
    /// The peer, by name or number.
    public var peer: String
    /// Only sessions that went on at this time or later, in seconds since 1970-01-01 UTC.
    public var from: Int64?
    /// Only sessions that began before this time, in seconds since 1970-01-01 UTC; for the next page the `next` of the
    /// answer before.
    public var before: Int64?
    /// The most sessions of one answer, 1 to 1000; absent is 100.
    public var limit: Int64?

    enum CodingKeys: Int, CodingKey {
        case network = 1
        case peer = 2
        case from = 3
        case before = 4
        case limit = 5
    }

    /// Makes the message from its fields.
    public init(
        network: String, peer: String, from: Int64? = nil, before: Int64? = nil, limit: Int64? = nil
    ) {
        self.network = network
        self.peer = peer
        self.from = from
        self.before = before
        self.limit = limit
    }
}

/// From where a peer came, from a moment on.
public struct SessionEndpointMessage: Codable, Sendable, Equatable {
    /// When that was first seen, in seconds since 1970-01-01 UTC.
    public var at: Int64
    /// The endpoint.
    public var endpoint: String

    enum CodingKeys: Int, CodingKey {
        case at = 1
        case endpoint = 2
    }

    /// Makes the message from its fields.
    public init(at: Int64, endpoint: String) {
        self.at = at
        self.endpoint = endpoint
    }
}

/// A time during which a peer was online without a break.
public struct PeerSessionMessage: Codable, Sendable, Equatable {
    /// The handshake that it began with, in seconds since 1970-01-01 UTC.
    public var startedAt: Int64
    /// When it ended, in seconds since 1970-01-01 UTC; absent where it goes on.
    public var endedAt: Int64?
    /// The last sign of life, in seconds since 1970-01-01 UTC.
    public var lastSeenAt: Int64
    /// Bytes received from the peer in it.
    public var received: UInt64
    /// Bytes sent to the peer in it.
    public var sent: UInt64
    /// From where the peer came, in order; of very many the latest thousand.
    public var endpoints: [SessionEndpointMessage]

    enum CodingKeys: Int, CodingKey {
        case startedAt = 1
        case endedAt = 2
        case lastSeenAt = 3
        case received = 4
        case sent = 5
        case endpoints = 6
    }

    /// Makes the message from its fields.
    public init(
        startedAt: Int64, endedAt: Int64? = nil, lastSeenAt: Int64, received: UInt64, sent: UInt64,
        endpoints: [SessionEndpointMessage]
    ) {
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.lastSeenAt = lastSeenAt
        self.received = received
        self.sent = sent
        self.endpoints = endpoints
    }
}

/// A peer's sessions.
public struct SessionsReply: Codable, Sendable, Equatable {
    /// The sessions, the latest first.
    public var sessions: [PeerSessionMessage]
    /// The `before` of a request for those that follow; absent at the end.
    public var next: Int64?

    enum CodingKeys: Int, CodingKey {
        case sessions = 1
        case next = 2
    }

    /// Makes the message from its fields.
    public init(sessions: [PeerSessionMessage], next: Int64? = nil) {
        self.sessions = sessions
        self.next = next
    }
}

/// Whose history is to be cleared away.
public struct PurgeHistoryRequest: Codable, Sendable, Equatable {
    /// The network, by name or number.
    public var network: String
    /// The peer, by name or number.
    public var peer: String
    /// True counts what would go, and keeps it.
    public var dryRun: Bool?

    enum CodingKeys: Int, CodingKey {
        case network = 1
        case peer = 2
        case dryRun = 3
    }

    /// Makes the message from its fields.
    public init(network: String, peer: String, dryRun: Bool? = nil) {
        self.network = network
        self.peer = peer
        self.dryRun = dryRun
    }
}

/// What was cleared away of a peer's history, or would be.
public struct PurgeHistoryReply: Codable, Sendable, Equatable {
    /// Samples that were kept each by itself.
    public var samples: Int64
    /// Days of which each hour was kept.
    public var hourlyDays: Int64
    /// Groups of days of which each was kept as a whole.
    public var dailyGroups: Int64
    /// Sessions.
    public var sessions: Int64
    /// Whether nothing was cleared away.
    public var dryRun: Bool

    enum CodingKeys: Int, CodingKey {
        case samples = 1
        case hourlyDays = 2
        case dailyGroups = 3
        case sessions = 4
        case dryRun = 5
    }

    /// Makes the message from its fields.
    public init(samples: Int64, hourlyDays: Int64, dailyGroups: Int64, sessions: Int64, dryRun: Bool) {
        self.samples = samples
        self.hourlyDays = hourlyDays
        self.dailyGroups = dailyGroups
        self.sessions = sessions
        self.dryRun = dryRun
    }
}
