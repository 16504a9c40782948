/// A bridge between two networks.
public struct BridgeMessage: Codable, Sendable, Equatable {
    /// Its number.
    public var id: Int64
    /// The name of the first network.
    public var networkA: String
    /// The name of the second network.
    public var networkB: String
    /// `a_to_b`, `b_to_a` or `bidirectional`: who may begin a conversation.
    public var direction: String
    /// The blocks that may be reached through it; empty for no limit.
    public var allowedCIDRs: [String]
    /// Whether it carries traffic.
    public var enabled: Bool
    /// When it was created, in seconds since 1970-01-01 UTC.
    public var createdAt: Int64
    /// When it was last changed, in seconds since 1970-01-01 UTC.
    public var updatedAt: Int64

    enum CodingKeys: Int, CodingKey {
        case id = 1
        case networkA = 2
        case networkB = 3
        case direction = 4
        case allowedCIDRs = 5
        case enabled = 6
        case createdAt = 7
        case updatedAt = 8
    }

    /// Makes the message from its fields.
    public init(
        id: Int64, networkA: String, networkB: String, direction: String, allowedCIDRs: [String], enabled: Bool,
        createdAt: Int64, updatedAt: Int64
    ) {
        self.id = id
        self.networkA = networkA
        self.networkB = networkB
        self.direction = direction
        self.allowedCIDRs = allowedCIDRs
        self.enabled = enabled
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// All bridges.
public struct ListBridgesReply: Codable, Sendable, Equatable {
    /// The bridges by number.
    public var bridges: [BridgeMessage]

    enum CodingKeys: Int, CodingKey {
        case bridges = 1
    }

    /// Makes the message from its fields.
    public init(bridges: [BridgeMessage]) {
        self.bridges = bridges
    }
}

/// Names one bridge.
public struct BridgeReference: Codable, Sendable, Equatable {
    /// Its number.
    public var bridge: Int64
    /// How the change is to be made; absent makes it for good.
    public var options: ChangeOptions?

    enum CodingKeys: Int, CodingKey {
        case bridge = 1
        case options = 30
    }

    /// Makes the message from its fields.
    public init(bridge: Int64, options: ChangeOptions? = nil) {
        self.bridge = bridge
        self.options = options
    }
}

/// What bridge to create.
public struct CreateBridgeRequest: Codable, Sendable, Equatable {
    /// The first network, by name or number.
    public var networkA: String
    /// The second network, by name or number.
    public var networkB: String
    /// Who may begin a conversation; absent is `bidirectional`.
    public var direction: String?
    /// The blocks that may be reached through it; absent for no limit.
    public var allowedCIDRs: [String]?
    /// False creates it switched off.
    public var enabled: Bool?
    /// How the change is to be made; absent makes it for good.
    public var options: ChangeOptions?

    enum CodingKeys: Int, CodingKey {
        case networkA = 1
        case networkB = 2
        case direction = 3
        case allowedCIDRs = 4
        case enabled = 5
        case options = 30
    }

    /// Makes the message from its fields.
    public init(
        networkA: String, networkB: String, direction: String? = nil, allowedCIDRs: [String]? = nil,
        enabled: Bool? = nil, options: ChangeOptions? = nil
    ) {
        self.networkA = networkA
        self.networkB = networkB
        self.direction = direction
        self.allowedCIDRs = allowedCIDRs
        self.enabled = enabled
        self.options = options
    }
}

/// What to change of a bridge. Absent fields stay as they are.
public struct UpdateBridgeRequest: Codable, Sendable, Equatable {
    /// Its number.
    public var bridge: Int64
    /// Who may begin a conversation.
    public var direction: String?
    /// The blocks that may be reached through it; empty for no limit.
    public var allowedCIDRs: [String]?
    /// Whether it carries traffic.
    public var enabled: Bool?
    /// How the change is to be made; absent makes it for good.
    public var options: ChangeOptions?

    enum CodingKeys: Int, CodingKey {
        case bridge = 1
        case direction = 2
        case allowedCIDRs = 3
        case enabled = 4
        case options = 30
    }

    /// Makes the message from its fields.
    public init(
        bridge: Int64, direction: String? = nil, allowedCIDRs: [String]? = nil, enabled: Bool? = nil,
        options: ChangeOptions? = nil
    ) {
        self.bridge = bridge
        self.direction = direction
        self.allowedCIDRs = allowedCIDRs
        self.enabled = enabled
        self.options = options
    }
}

/// One bridge, after a change or not.
public struct BridgeReply: Codable, Sendable, Equatable {
    /// The bridge.
    public var bridge: BridgeMessage
    /// Whether the change is live; absent where nothing was changed.
    public var sync: SyncMessage?
    /// What became of the options; absent where there were none.
    public var change: ChangeMessage?

    enum CodingKeys: Int, CodingKey {
        case bridge = 1
        case sync = 2
        case change = 30
    }

    /// Makes the message from its fields.
    public init(bridge: BridgeMessage, sync: SyncMessage? = nil, change: ChangeMessage? = nil) {
        self.bridge = bridge
        self.sync = sync
        self.change = change
    }
}
