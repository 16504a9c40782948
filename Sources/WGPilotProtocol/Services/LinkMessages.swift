/// A link by which a configuration is fetched once, without what its bearer presents.
public struct LinkMessage: Codable, Sendable, Equatable {
    /// Its number.
    public var id: Int64
    /// The number of the peer's network.
    public var networkID: Int64
    /// The number of the peer.
    public var peerID: Int64
    /// The peer's name.
    public var peer: String
    /// Who made it.
    public var createdBy: String
    /// When it was made, in seconds since 1970-01-01 UTC.
    public var createdAt: Int64
    /// From when on it is worthless, in seconds since 1970-01-01 UTC.
    public var expiresAt: Int64

    enum CodingKeys: Int, CodingKey {
        case id = 1
        case networkID = 2
        case peerID = 3
        case peer = 4
        case createdBy = 5
        case createdAt = 6
        case expiresAt = 7
    }

    /// Makes the message from its fields.
    public init(
        id: Int64, networkID: Int64, peerID: Int64, peer: String, createdBy: String, createdAt: Int64, expiresAt: Int64
    ) {
        self.id = id
        self.networkID = networkID
        self.peerID = peerID
        self.peer = peer
        self.createdBy = createdBy
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}

/// The links of a network.
public struct ListLinksReply: Codable, Sendable, Equatable {
    /// The links by number.
    public var links: [LinkMessage]

    enum CodingKeys: Int, CodingKey {
        case links = 1
    }

    /// Makes the message from its fields.
    public init(links: [LinkMessage]) {
        self.links = links
    }
}

/// What link to make.
public struct CreateLinkRequest: Codable, Sendable, Equatable {
    /// The network, by name or number.
    public var network: String
    /// The peer whose configuration it leads to, by name or number.
    public var peer: String
    /// For how many seconds, 60…604800; absent is 3600.
    public var lifetime: Int64?

    enum CodingKeys: Int, CodingKey {
        case network = 1
        case peer = 2
        case lifetime = 3
    }

    /// Makes the message from its fields.
    public init(network: String, peer: String, lifetime: Int64? = nil) {
        self.network = network
        self.peer = peer
        self.lifetime = lifetime
    }
}

/// A link that was made.
public struct CreateLinkReply: Codable, Sendable, Equatable {
    /// The link.
    public var link: LinkMessage
    /// What its bearer presents; absent where the same creation was made before, as it is told once.
    public var secret: String?

    enum CodingKeys: Int, CodingKey {
        case link = 1
        case secret = 2
    }

    /// Makes the message from its fields.
    public init(link: LinkMessage, secret: String? = nil) {
        self.link = link
        self.secret = secret
    }
}

/// Names one link.
public struct LinkReference: Codable, Sendable, Equatable {
    /// Its number.
    public var id: Int64

    enum CodingKeys: Int, CodingKey {
        case id = 1
    }

    /// Makes the message from its fields.
    public init(id: Int64) {
        self.id = id
    }
}

/// One link.
public struct LinkReply: Codable, Sendable, Equatable {
    /// The link.
    public var link: LinkMessage

    enum CodingKeys: Int, CodingKey {
        case link = 1
    }

    /// Makes the message from its fields.
    public init(link: LinkMessage) {
        self.link = link
    }
}

/// What the bearer of a link presents.
public struct RedeemLinkRequest: Codable, Sendable, Equatable {
    /// The secret of the link: never log it.
    public var secret: String

    enum CodingKeys: Int, CodingKey {
        case secret = 1
    }

    /// Makes the message from its fields.
    public init(secret: String) {
        self.secret = secret
    }
}
