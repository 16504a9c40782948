/// An access rule.
public struct RuleMessage: Codable, Sendable, Equatable {
    /// Its number.
    public var id: Int64
    /// The network whose peers it is about; one of network, tag and peer is there.
    public var network: String?
    /// The tag whose peers it is about.
    public var tag: String?
    /// The peer it is about, as NETWORK/PEER.
    public var peer: String?
    /// Its place in its list, from 1.
    public var position: Int64
    /// `allow` or `deny`.
    public var action: String
    /// `any`, a block, `peer:NETWORK/PEER`, `tag:TAG` or `site:NETWORK/PEER`.
    public var destination: String
    /// `any`, `tcp`, `udp` or `icmp`.
    public var transport: String
    /// Destination ports, as `80` or `8000-8100`; empty for all.
    public var ports: [String]
    /// Free text.
    public var comment: String
    /// Whether it is asked.
    public var enabled: Bool
    /// When it was created, in seconds since 1970-01-01 UTC.
    public var createdAt: Int64
    /// When it was last changed, in seconds since 1970-01-01 UTC.
    public var updatedAt: Int64

    enum CodingKeys: Int, CodingKey {
        case id = 1
        case network = 2
        case tag = 3
        case peer = 4
        case position = 5
        case action = 6
        case destination = 7
        case transport = 8
        case ports = 9
        case comment = 10
        case enabled = 11
        case createdAt = 12
        case updatedAt = 13
    }

    /// Makes the message from its fields.
    public init(
        id: Int64, network: String? = nil, tag: String? = nil, peer: String? = nil, position: Int64, action: String,
        destination: String, transport: String, ports: [String], comment: String, enabled: Bool, createdAt: Int64,
        updatedAt: Int64
    ) {
        self.id = id
        self.network = network
        self.tag = tag
        self.peer = peer
        self.position = position
        self.action = action
        self.destination = destination
        self.transport = transport
        self.ports = ports
        self.comment = comment
        self.enabled = enabled
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// Which rules to list.
public struct ListRulesRequest: Codable, Sendable, Equatable {
    /// Only those of this network, by name or number.
    public var network: String?
    /// Only those of this tag.
    public var tag: String?
    /// Only those of this peer, as NETWORK/PEER.
    public var peer: String?

    enum CodingKeys: Int, CodingKey {
        case network = 1
        case tag = 2
        case peer = 3
    }

    /// Makes the message from its fields.
    public init(network: String? = nil, tag: String? = nil, peer: String? = nil) {
        self.network = network
        self.tag = tag
        self.peer = peer
    }
}

/// Rules in their order.
public struct ListRulesReply: Codable, Sendable, Equatable {
    /// The rules, by owner and position.
    public var rules: [RuleMessage]

    enum CodingKeys: Int, CodingKey {
        case rules = 1
    }

    /// Makes the message from its fields.
    public init(rules: [RuleMessage]) {
        self.rules = rules
    }
}

/// Names one rule.
public struct RuleReference: Codable, Sendable, Equatable {
    /// Its number.
    public var rule: Int64
    /// How the change is to be made; absent makes it for good.
    public var options: ChangeOptions?

    enum CodingKeys: Int, CodingKey {
        case rule = 1
        case options = 30
    }

    /// Makes the message from its fields.
    public init(rule: Int64, options: ChangeOptions? = nil) {
        self.rule = rule
        self.options = options
    }
}

/// What rule to create. One of network, tag and peer is given.
public struct CreateRuleRequest: Codable, Sendable, Equatable {
    /// The network whose peers it is about, by name or number.
    public var network: String?
    /// The tag whose peers it is about.
    public var tag: String?
    /// The peer it is about, as NETWORK/PEER.
    public var peer: String?
    /// `allow` or `deny`.
    public var action: String
    /// `any` (the default), a block, `peer:NETWORK/PEER`, `tag:TAG` or `site:NETWORK/PEER`.
    public var destination: String?
    /// `any` (the default), `tcp`, `udp` or `icmp`.
    public var transport: String?
    /// Destination ports, as `80` or `8000-8100`; absent for all.
    public var ports: [String]?
    /// Free text.
    public var comment: String?
    /// False creates it switched off.
    public var enabled: Bool?
    /// Its place in the list, from 1; absent is the end.
    public var position: Int64?
    /// How the change is to be made; absent makes it for good.
    public var options: ChangeOptions?

    enum CodingKeys: Int, CodingKey {
        case network = 1
        case tag = 2
        case peer = 3
        case action = 4
        case destination = 5
        case transport = 6
        case ports = 7
        case comment = 8
        case enabled = 9
        case position = 10
        case options = 30
    }

    /// Makes the message from its fields.
    public init(
        network: String? = nil, tag: String? = nil, peer: String? = nil, action: String, destination: String? = nil,
        transport: String? = nil, ports: [String]? = nil, comment: String? = nil, enabled: Bool? = nil,
        position: Int64? = nil, options: ChangeOptions? = nil
    ) {
        self.network = network
        self.tag = tag
        self.peer = peer
        self.action = action
        self.destination = destination
        self.transport = transport
        self.ports = ports
        self.comment = comment
        self.enabled = enabled
        self.position = position
        self.options = options
    }
}

/// What to change of a rule. Absent fields stay as they are.
public struct UpdateRuleRequest: Codable, Sendable, Equatable {
    /// Its number.
    public var rule: Int64
    /// `allow` or `deny`.
    public var action: String?
    /// Where to.
    public var destination: String?
    /// The protocol.
    public var transport: String?
    /// Destination ports; empty for all.
    public var ports: [String]?
    /// Free text.
    public var comment: String?
    /// Whether it is asked.
    public var enabled: Bool?
    /// Its new place in the list, from 1.
    public var position: Int64?
    /// How the change is to be made; absent makes it for good.
    public var options: ChangeOptions?

    enum CodingKeys: Int, CodingKey {
        case rule = 1
        case action = 2
        case destination = 3
        case transport = 4
        case ports = 5
        case comment = 6
        case enabled = 7
        case position = 8
        case options = 30
    }

    /// Makes the message from its fields.
    public init(
        rule: Int64, action: String? = nil, destination: String? = nil, transport: String? = nil,
        ports: [String]? = nil, comment: String? = nil, enabled: Bool? = nil, position: Int64? = nil,
        options: ChangeOptions? = nil
    ) {
        self.rule = rule
        self.action = action
        self.destination = destination
        self.transport = transport
        self.ports = ports
        self.comment = comment
        self.enabled = enabled
        self.position = position
        self.options = options
    }
}

/// One rule, after a change or not.
public struct RuleReply: Codable, Sendable, Equatable {
    /// The rule.
    public var rule: RuleMessage
    /// Whether the change is live; absent where nothing was changed.
    public var sync: SyncMessage?
    /// What became of the options; absent where there were none.
    public var change: ChangeMessage?

    enum CodingKeys: Int, CodingKey {
        case rule = 1
        case sync = 2
        case change = 30
    }

    /// Makes the message from its fields.
    public init(rule: RuleMessage, sync: SyncMessage? = nil, change: ChangeMessage? = nil) {
        self.rule = rule
        self.sync = sync
        self.change = change
    }
}

/// Whether one reaches another.
public struct ReachRequest: Codable, Sendable, Equatable {
    /// Who: NETWORK/PEER, or an address.
    public var source: String
    /// Whom: NETWORK/PEER, or an address.
    public var destination: String
    /// `tcp`, `udp` or `icmp`; absent for a protocol that no rule names.
    public var transport: String?
    /// The destination port, 1…65535.
    public var port: Int64?

    enum CodingKeys: Int, CodingKey {
        case source = 1
        case destination = 2
        case transport = 3
        case port = 4
    }

    /// Makes the message from its fields.
    public init(source: String, destination: String, transport: String? = nil, port: Int64? = nil) {
        self.source = source
        self.destination = destination
        self.transport = transport
        self.port = port
    }
}

/// What decides on one pair of addresses.
public struct ReachMessage: Codable, Sendable, Equatable {
    /// From this address.
    public var source: String
    /// To this address.
    public var destination: String
    /// Whether the hub lets it pass.
    public var allowed: Bool
    /// Why, in one sentence.
    public var reason: String
    /// The access rule that decides, where one does.
    public var rule: Int64?
    /// The bridge that lets it pass, where one does.
    public var bridge: Int64?

    enum CodingKeys: Int, CodingKey {
        case source = 1
        case destination = 2
        case allowed = 3
        case reason = 4
        case rule = 5
        case bridge = 6
    }

    /// Makes the message from its fields.
    public init(
        source: String, destination: String, allowed: Bool, reason: String, rule: Int64? = nil, bridge: Int64? = nil
    ) {
        self.source = source
        self.destination = destination
        self.allowed = allowed
        self.reason = reason
        self.rule = rule
        self.bridge = bridge
    }
}

/// What decides, for each family in which the two have addresses.
public struct ReachReply: Codable, Sendable, Equatable {
    /// One for each family.
    public var paths: [ReachMessage]
    /// What else stands in the way: a disabled peer, a client that does not send there.
    public var notes: [String]

    enum CodingKeys: Int, CodingKey {
        case paths = 1
        case notes = 2
    }

    /// Makes the message from its fields.
    public init(paths: [ReachMessage], notes: [String]) {
        self.paths = paths
        self.notes = notes
    }
}
