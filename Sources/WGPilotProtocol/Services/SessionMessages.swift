/// A session of a web user, without what it is known by.
public struct SessionMessage: Codable, Sendable, Equatable {
    /// The number.
    public var id: Int64
    /// The number of its user.
    public var userID: Int64
    /// The name of its user.
    public var user: String
    /// When it began, in seconds since 1970-01-01 UTC.
    public var createdAt: Int64
    /// When it was last used, to the minute, in seconds since 1970-01-01 UTC.
    public var lastUsedAt: Int64
    /// From when on it is worthless, or before where it is not used, in seconds since 1970-01-01 UTC.
    public var expiresAt: Int64
    /// From when on it is worthless where it is not used any more, in seconds since 1970-01-01 UTC.
    public var idleExpiresAt: Int64
    /// From where the login came, as the gateway has it; empty where it did not say.
    public var clientAddress: String
    /// What the web client called itself, cut to 256 printable characters; empty where it did not say.
    public var userAgent: String
    /// Whether it is the session of this call.
    public var isCurrent: Bool

    enum CodingKeys: Int, CodingKey {
        case id = 1
        case userID = 2
        case user = 3
        case createdAt = 4
        case lastUsedAt = 5
        case expiresAt = 6
        case idleExpiresAt = 7
        case clientAddress = 8
        case userAgent = 9
        case isCurrent = 10
    }

    /// Makes the message from its fields.
    public init(
        id: Int64, userID: Int64, user: String, createdAt: Int64, lastUsedAt: Int64, expiresAt: Int64,
        idleExpiresAt: Int64, clientAddress: String, userAgent: String, isCurrent: Bool
    ) {
        self.id = id
        self.userID = userID
        self.user = user
        self.createdAt = createdAt
        self.lastUsedAt = lastUsedAt
        self.expiresAt = expiresAt
        self.idleExpiresAt = idleExpiresAt
        self.clientAddress = clientAddress
        self.userAgent = userAgent
        self.isCurrent = isCurrent
    }
}

/// Which sessions to list.
public struct ListSessionsRequest: Codable, Sendable, Equatable {
    /// Whose, by name or number; absent for the own ones, and for all where the caller is no web user.
    /// Those of others are for admins.
    public var user: String?
    /// Whether to list those of all users, which is for admins; absent for no.
    public var all: Bool?

    enum CodingKeys: Int, CodingKey {
        case user = 1
        case all = 2
    }

    /// Makes the message from its fields.
    public init(user: String? = nil, all: Bool? = nil) {
        self.user = user
        self.all = all
    }
}

/// The sessions.
public struct ListSessionsReply: Codable, Sendable, Equatable {
    /// The sessions, those that were used last first.
    public var sessions: [SessionMessage]

    enum CodingKeys: Int, CodingKey {
        case sessions = 1
    }

    /// Makes the message from its fields.
    public init(sessions: [SessionMessage]) {
        self.sessions = sessions
    }
}

/// Which sessions to end: exactly one of its fields is there. Those of others are for admins.
public struct RevokeSessionsRequest: Codable, Sendable, Equatable {
    /// The number of the one session.
    public var id: Int64?
    /// All of a user, by name or number.
    public var user: String?
    /// All own ones but the session of this call.
    public var others: Bool?

    enum CodingKeys: Int, CodingKey {
        case id = 1
        case user = 2
        case others = 3
    }

    /// Makes the message from its fields.
    public init(id: Int64? = nil, user: String? = nil, others: Bool? = nil) {
        self.id = id
        self.user = user
        self.others = others
    }
}
