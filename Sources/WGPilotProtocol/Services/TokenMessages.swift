/// An API token, without what its bearer presents.
public struct TokenMessage: Codable, Sendable, Equatable {
    /// Its number.
    public var id: Int64
    /// Its name.
    public var name: String
    /// What its bearer may do: `viewer`, `operator` or `admin`.
    public var role: String
    /// Who made it.
    public var createdBy: String
    /// When it was made, in seconds since 1970-01-01 UTC.
    public var createdAt: Int64
    /// From when on it is no longer taken; absent for never.
    public var expiresAt: Int64?
    /// When it was last used, to the minute; absent for never.
    public var lastUsedAt: Int64?

    enum CodingKeys: Int, CodingKey {
        case id = 1
        case name = 2
        case role = 3
        case createdBy = 4
        case createdAt = 5
        case expiresAt = 6
        case lastUsedAt = 7
    }

    /// Makes the message from its fields.
    public init(
        id: Int64, name: String, role: String, createdBy: String, createdAt: Int64, expiresAt: Int64? = nil,
        lastUsedAt: Int64? = nil
    ) {
        self.id = id
        self.name = name
        self.role = role
        self.createdBy = createdBy
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.lastUsedAt = lastUsedAt
    }
}

/// All tokens.
public struct ListTokensReply: Codable, Sendable, Equatable {
    /// The tokens by number, those that have expired among them.
    public var tokens: [TokenMessage]

    enum CodingKeys: Int, CodingKey {
        case tokens = 1
    }

    /// Makes the message from its fields.
    public init(
        tokens: [TokenMessage]
    ) {
        self.tokens = tokens
    }
}

/// What token to make.
public struct CreateTokenRequest: Codable, Sendable, Equatable {
    /// Its name.
    public var name: String
    /// What its bearer may do; at most what the caller may.
    public var role: String
    /// From when on it is no longer taken, in seconds since 1970-01-01 UTC; absent for never.
    public var expiresAt: Int64?

    enum CodingKeys: Int, CodingKey {
        case name = 1
        case role = 2
        case expiresAt = 3
    }

    /// Makes the message from its fields.
    public init(
        name: String, role: String, expiresAt: Int64? = nil
    ) {
        self.name = name
        self.role = role
        self.expiresAt = expiresAt
    }
}

/// The token that was made. It holds what its bearer presents: never log it.
public struct CreateTokenReply: Codable, Sendable, Equatable {
    /// The token.
    public var token: TokenMessage
    /// What its bearer presents. It is told this once; absent where a repeated call finds the token made.
    public var secret: String?

    enum CodingKeys: Int, CodingKey {
        case token = 1
        case secret = 2
    }

    /// Makes the message from its fields.
    public init(
        token: TokenMessage, secret: String? = nil
    ) {
        self.token = token
        self.secret = secret
    }
}

/// Names one token.
public struct TokenReference: Codable, Sendable, Equatable {
    /// Its name, or its number in decimal where no token has that name.
    public var token: String

    enum CodingKeys: Int, CodingKey {
        case token = 1
    }

    /// Makes the message from its fields.
    public init(
        token: String
    ) {
        self.token = token
    }
}

/// One token.
public struct TokenReply: Codable, Sendable, Equatable {
    /// The token.
    public var token: TokenMessage

    enum CodingKeys: Int, CodingKey {
        case token = 1
    }

    /// Makes the message from its fields.
    public init(
        token: TokenMessage
    ) {
        self.token = token
    }
}
