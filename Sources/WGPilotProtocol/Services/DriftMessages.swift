/// One check of the machine.
public struct CheckMessage: Codable, Sendable, Equatable {
    /// What was looked at: `backend`, `forwarding`, `firewall`, …
    public var name: String
    /// `ok`, `warning` or `fault`.
    public var result: String
    /// What was found, in one sentence; where it is not well, what to do.
    public var message: String

    enum CodingKeys: Int, CodingKey {
        case name = 1
        case result = 2
        case message = 3
    }

    /// Makes the message from its fields.
    public init(name: String, result: String, message: String) {
        self.name = name
        self.result = result
        self.message = message
    }
}

/// A difference between kernel and database that waits for a decision.
public struct FindingMessage: Codable, Sendable, Equatable {
    /// The network's name.
    public var network: String
    /// What differs: `mtu`, `listen-port`, `peer KEY`, `address 10.8.0.1/24`, …
    public var item: String
    /// What would be done to restore it, in one line.
    public var message: String
    /// Whether the database can take over what the kernel has.
    public var canAdopt: Bool
    /// When it was found, in seconds since 1970-01-01 UTC.
    public var foundAt: Int64
    /// Whether somebody decided to leave it so.
    public var isIgnored: Bool

    enum CodingKeys: Int, CodingKey {
        case network = 1
        case item = 2
        case message = 3
        case canAdopt = 4
        case foundAt = 5
        case isIgnored = 6
    }

    /// Makes the message from its fields.
    public init(network: String, item: String, message: String, canAdopt: Bool, foundAt: Int64, isIgnored: Bool) {
        self.network = network
        self.item = item
        self.message = message
        self.canAdopt = canAdopt
        self.foundAt = foundAt
        self.isIgnored = isIgnored
    }
}

/// A difference that was repaired.
public struct RepairMessage: Codable, Sendable, Equatable {
    /// The interface, or what else it was about.
    public var place: String
    /// What was done, one line each.
    public var steps: [String]
    /// When, in seconds since 1970-01-01 UTC.
    public var repairedAt: Int64

    enum CodingKeys: Int, CodingKey {
        case place = 1
        case steps = 2
        case repairedAt = 3
    }

    /// Makes the message from its fields.
    public init(place: String, steps: [String], repairedAt: Int64) {
        self.place = place
        self.steps = steps
        self.repairedAt = repairedAt
    }
}

/// How the machine stands and what drifted.
public struct DriftReply: Codable, Sendable, Equatable {
    /// The machine, point by point.
    public var checks: [CheckMessage]
    /// What differs and waits for a decision.
    public var findings: [FindingMessage]
    /// What was repaired since the daemon started, the latest last; at most 100.
    public var repairs: [RepairMessage]
    /// WireGuard interfaces that are not ours; they are left alone.
    public var foreignInterfaces: [String]
    /// Settings of the kernel that the daemon changed, with their former values.
    public var settingsChanged: [String]

    enum CodingKeys: Int, CodingKey {
        case checks = 1
        case findings = 2
        case repairs = 3
        case foreignInterfaces = 4
        case settingsChanged = 5
    }

    /// Makes the message from its fields.
    public init(
        checks: [CheckMessage], findings: [FindingMessage], repairs: [RepairMessage], foreignInterfaces: [String],
        settingsChanged: [String]
    ) {
        self.checks = checks
        self.findings = findings
        self.repairs = repairs
        self.foreignInterfaces = foreignInterfaces
        self.settingsChanged = settingsChanged
    }
}

/// What to do about a finding.
public struct ResolveDriftRequest: Codable, Sendable, Equatable {
    /// The network, by name or number.
    public var network: String
    /// The finding's item.
    public var item: String
    /// `adopt` (the database takes it over), `restore`, `ignore`, or `heed` (no longer ignored).
    public var action: String
    /// How the change is to be made; absent makes it for good. Only `adopt` changes what an undo could take back.
    public var options: ChangeOptions?

    enum CodingKeys: Int, CodingKey {
        case network = 1
        case item = 2
        case action = 3
        case options = 30
    }

    /// Makes the message from its fields.
    public init(network: String, item: String, action: String, options: ChangeOptions? = nil) {
        self.network = network
        self.item = item
        self.action = action
        self.options = options
    }
}

/// What came of it.
public struct ResolveDriftReply: Codable, Sendable, Equatable {
    /// What was changed, one line each.
    public var steps: [String]
    /// Whether it is live.
    public var sync: SyncMessage
    /// What was decided, in one sentence.
    public var done: String?
    /// What became of the options; absent where there were none.
    public var change: ChangeMessage?

    enum CodingKeys: Int, CodingKey {
        case steps = 1
        case sync = 2
        case done = 3
        case change = 30
    }

    /// Makes the message from its fields.
    public init(steps: [String], sync: SyncMessage, done: String? = nil, change: ChangeMessage? = nil) {
        self.steps = steps
        self.sync = sync
        self.done = done
        self.change = change
    }
}
