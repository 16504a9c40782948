/// A user of the web page, without anything secret.
public struct UserMessage: Codable, Sendable, Equatable {
    /// The number.
    public var id: Int64
    /// The name, as it was given; unique whatever the case.
    public var name: String
    /// What the user may do: `viewer`, `operator` or `admin`.
    public var role: String
    /// Whether the user may log in.
    public var enabled: Bool
    /// The e-mail address; absent for none.
    public var email: String?
    /// Whether a second factor is asked for.
    public var totpEnabled: Bool
    /// How many recovery codes are left.
    public var recoveryCodesLeft: UInt32
    /// How many sessions are good.
    public var sessions: UInt32
    /// When the user was made, in seconds since 1970-01-01 UTC.
    public var createdAt: Int64
    /// When the user was last changed, in seconds since 1970-01-01 UTC.
    public var updatedAt: Int64
    /// When the password was set, in seconds since 1970-01-01 UTC.
    public var passwordChangedAt: Int64
    /// When the user last logged in, in seconds since 1970-01-01 UTC; absent for never.
    public var lastLoginAt: Int64?

    enum CodingKeys: Int, CodingKey {
        case id = 1
        case name = 2
        case role = 3
        case enabled = 4
        case email = 5
        case totpEnabled = 6
        case recoveryCodesLeft = 7
        case sessions = 8
        case createdAt = 9
        case updatedAt = 10
        case passwordChangedAt = 11
        case lastLoginAt = 12
    }

    /// Makes the message from its fields.
    public init(
        id: Int64, name: String, role: String, enabled: Bool, email: String? = nil, totpEnabled: Bool,
        recoveryCodesLeft: UInt32, sessions: UInt32, createdAt: Int64, updatedAt: Int64, passwordChangedAt: Int64,
        lastLoginAt: Int64? = nil
    ) {
        self.id = id
        self.name = name
        self.role = role
        self.enabled = enabled
        self.email = email
        self.totpEnabled = totpEnabled
        self.recoveryCodesLeft = recoveryCodesLeft
        self.sessions = sessions
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.passwordChangedAt = passwordChangedAt
        self.lastLoginAt = lastLoginAt
    }
}

/// All users.
public struct ListUsersReply: Codable, Sendable, Equatable {
    /// The users by name.
    public var users: [UserMessage]

    enum CodingKeys: Int, CodingKey {
        case users = 1
    }

    /// Makes the message from its fields.
    public init(users: [UserMessage]) {
        self.users = users
    }
}

/// Names one user.
public struct UserReference: Codable, Sendable, Equatable {
    /// The name, or the number in decimal where no user has that name.
    public var user: String
    /// The `updated_at` that the caller saw: where the user was changed since, the call fails with ABORTED, reason `stale`.
    /// Only for `Delete`; others pass over it. Absent deletes whatever is there.
    public var ifUnchanged: Int64?

    enum CodingKeys: Int, CodingKey {
        case user = 1
        case ifUnchanged = 2
    }

    /// Makes the message from its fields.
    public init(user: String, ifUnchanged: Int64? = nil) {
        self.user = user
        self.ifUnchanged = ifUnchanged
    }
}

/// One user.
public struct UserReply: Codable, Sendable, Equatable {
    /// The user.
    public var user: UserMessage

    enum CodingKeys: Int, CodingKey {
        case user = 1
    }

    /// Makes the message from its fields.
    public init(user: UserMessage) {
        self.user = user
    }
}

/// What user to make.
public struct CreateUserRequest: Codable, Sendable, Equatable {
    /// The name: 1 to 64 characters, unique whatever the case.
    public var name: String
    /// What the user may do: `viewer`, `operator` or `admin`.
    public var role: String
    /// The password: at least 12 characters, at most 1,024 bytes, not the name.
    public var password: SecretText
    /// The e-mail address.
    public var email: String?

    enum CodingKeys: Int, CodingKey {
        case name = 1
        case role = 2
        case password = 3
        case email = 4
    }

    /// Makes the message from its fields.
    public init(name: String, role: String, password: SecretText, email: String? = nil) {
        self.name = name
        self.role = role
        self.password = password
        self.email = email
    }
}

/// What of a user to change; what is absent stays.
public struct UpdateUserRequest: Codable, Sendable, Equatable {
    /// The user, by name or number.
    public var user: String
    /// What the user may do: `viewer`, `operator` or `admin`.
    public var role: String?
    /// Whether the user may log in.
    public var enabled: Bool?
    /// The e-mail address; empty for none.
    public var email: String?
    /// The `updated_at` that the caller saw: where the user was changed since, the call fails with ABORTED, reason `stale`.
    /// Absent changes whatever is there.
    public var ifUnchanged: Int64?

    enum CodingKeys: Int, CodingKey {
        case user = 1
        case role = 2
        case enabled = 3
        case email = 4
        case ifUnchanged = 5
    }

    /// Makes the message from its fields.
    public init(
        user: String, role: String? = nil, enabled: Bool? = nil, email: String? = nil, ifUnchanged: Int64? = nil
    ) {
        self.user = user
        self.role = role
        self.enabled = enabled
        self.email = email
        self.ifUnchanged = ifUnchanged
    }
}

/// Another password for a user.
public struct SetPasswordRequest: Codable, Sendable, Equatable {
    /// The user, by name or number.
    public var user: String
    /// The password to be set.
    public var password: SecretText
    /// Whether the second factor is taken away too; absent for no.
    public var resetTOTP: Bool?

    enum CodingKeys: Int, CodingKey {
        case user = 1
        case password = 2
        case resetTOTP = 3
    }

    /// Makes the message from its fields.
    public init(user: String, password: SecretText, resetTOTP: Bool? = nil) {
        self.user = user
        self.password = password
        self.resetTOTP = resetTOTP
    }
}

/// What code to make.
public struct CreateSetupCodeRequest: Codable, Sendable, Equatable {
    /// For how many seconds it is good, 60…86400; absent is 900.
    public var lifetime: Int64?
    /// Whether it is made though there are users; absent for no.
    public var evenWithUsers: Bool?

    enum CodingKeys: Int, CodingKey {
        case lifetime = 1
        case evenWithUsers = 2
    }

    /// Makes the message from its fields.
    public init(lifetime: Int64? = nil, evenWithUsers: Bool? = nil) {
        self.lifetime = lifetime
        self.evenWithUsers = evenWithUsers
    }
}

/// A code by which somebody becomes an admin, once. Never log it.
public struct SetupCodeReply: Codable, Sendable, Equatable {
    /// The code.
    public var code: SecretText
    /// From when on it is worthless, in seconds since 1970-01-01 UTC.
    public var expiresAt: Int64

    enum CodingKeys: Int, CodingKey {
        case code = 1
        case expiresAt = 2
    }

    /// Makes the message from its fields.
    public init(code: SecretText, expiresAt: Int64) {
        self.code = code
        self.expiresAt = expiresAt
    }
}
