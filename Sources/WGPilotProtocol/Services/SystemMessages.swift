/// What the daemon is and how it stands.
public struct SystemInfo: Codable, Sendable, Equatable {
    /// The version of the daemon.
    public var version: String
    /// `kernel` or `userspace`: who carries the packets.
    public var backend: String
    /// The version of the backend, as far as it tells one.
    public var backendVersion: String
    /// The role in which the caller is served.
    public var role: String
    /// How many networks there are.
    public var networks: Int64
    /// How many peers there are.
    public var peers: Int64
    /// The host that clients are given where a network names none; absent when none is known.
    public var endpointHost: String?
    /// Whether that host is merely the machine's first global address.
    public var endpointIsGuess: Bool
    /// When the daemon started, in seconds since 1970-01-01 UTC.
    public var startedAt: Int64
    /// What waits to be applied to the kernel, and why; empty when kernel and database agree.
    public var pending: [String]
    /// WireGuard interfaces that are not ours; they are left alone.
    public var foreignInterfaces: [String]
    /// How many peers are online; absent where the kernel could not be asked about each network.
    public var online: Int64?

    enum CodingKeys: Int, CodingKey {
        case version = 1
        case backend = 2
        case backendVersion = 3
        case role = 4
        case networks = 5
        case peers = 6
        case endpointHost = 7
        case endpointIsGuess = 8
        case startedAt = 9
        case pending = 10
        case foreignInterfaces = 11
        case online = 40
    }

    /// Makes the message from its fields.
    public init(
        version: String, backend: String, backendVersion: String, role: String, networks: Int64, peers: Int64,
        endpointHost: String? = nil, endpointIsGuess: Bool, startedAt: Int64, pending: [String],
        foreignInterfaces: [String], online: Int64? = nil
    ) {
        self.version = version
        self.backend = backend
        self.backendVersion = backendVersion
        self.role = role
        self.networks = networks
        self.peers = peers
        self.endpointHost = endpointHost
        self.endpointIsGuess = endpointIsGuess
        self.startedAt = startedAt
        self.pending = pending
        self.foreignInterfaces = foreignInterfaces
        self.online = online
    }
}

/// That the daemon lives and can serve.
public struct HealthReply: Codable, Sendable, Equatable {
    /// `ok`.
    public var status: String
    /// The version of the daemon.
    public var version: String

    enum CodingKeys: Int, CodingKey {
        case status = 1
        case version = 2
    }

    /// Makes the message from its fields.
    public init(status: String, version: String) {
        self.status = status
        self.version = version
    }
}

/// How to compare kernel and database.
public struct ReconcileRequest: Codable, Sendable, Equatable {
    /// True answers what would be done, and does nothing.
    public var dryRun: Bool?

    enum CodingKeys: Int, CodingKey {
        case dryRun = 1
    }

    /// Makes the message from its fields.
    public init(dryRun: Bool? = nil) {
        self.dryRun = dryRun
    }
}

/// What a comparison of kernel and database found and did.
public struct ReconcileReply: Codable, Sendable, Equatable {
    /// The steps taken, one line each; empty when nothing differed.
    public var steps: [String]
    /// What could not be applied, and why.
    public var pending: [String]
    /// What became of a dry run; absent where things were done.
    public var change: ChangeMessage?

    enum CodingKeys: Int, CodingKey {
        case steps = 1
        case pending = 2
        case change = 30
    }

    /// Makes the message from its fields.
    public init(steps: [String], pending: [String], change: ChangeMessage? = nil) {
        self.steps = steps
        self.pending = pending
        self.change = change
    }
}
