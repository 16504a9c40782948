/// Whether the first user is still to be made.
public struct SetupStateReply: Codable, Sendable, Equatable {
    /// Whether there is no user yet.
    public var setupNeeded: Bool

    enum CodingKeys: Int, CodingKey {
        case setupNeeded = 1
    }

    /// Makes the message from its fields.
    public init(setupNeeded: Bool) {
        self.setupNeeded = setupNeeded
    }
}

/// The first admin, or another one by an admin's decision.
public struct SetupRequest: Codable, Sendable, Equatable {
    /// The code of `Users/CreateSetupCode`. Spaces, hyphens and case do not matter.
    public var code: SecretText
    /// The name of the admin to be made.
    public var name: String
    /// The password of the admin to be made.
    public var password: SecretText
    /// What the web client calls itself; at most 256 printable characters of it are kept.
    public var userAgent: String?

    enum CodingKeys: Int, CodingKey {
        case code = 1
        case name = 2
        case password = 3
        case userAgent = 4
    }

    /// Makes the message from its fields.
    public init(code: SecretText, name: String, password: SecretText, userAgent: String? = nil) {
        self.code = code
        self.name = name
        self.password = password
        self.userAgent = userAgent
    }
}

/// Who logs in, and with what.
public struct LoginRequest: Codable, Sendable, Equatable {
    /// The name. Case does not matter.
    public var name: String
    /// The password.
    public var password: SecretText
    /// The second factor's code of 6 digits, or a recovery code, where the caller has it already.
    public var code: SecretText?
    /// What the web client calls itself; at most 256 printable characters of it are kept.
    public var userAgent: String?

    enum CodingKeys: Int, CodingKey {
        case name = 1
        case password = 2
        case code = 3
        case userAgent = 4
    }

    /// Makes the message from its fields.
    public init(name: String, password: SecretText, code: SecretText? = nil, userAgent: String? = nil) {
        self.name = name
        self.password = password
        self.code = code
        self.userAgent = userAgent
    }
}

/// The second step of a login.
public struct ContinueLoginRequest: Codable, Sendable, Equatable {
    /// What the first step answered.
    public var challenge: SecretText
    /// The second factor's code of 6 digits, or a recovery code. Spaces and hyphens do not matter.
    public var code: SecretText

    enum CodingKeys: Int, CodingKey {
        case challenge = 1
        case code = 2
    }

    /// Makes the message from its fields.
    public init(challenge: SecretText, code: SecretText) {
        self.challenge = challenge
        self.code = code
    }
}

/// What came of a login: exactly one of its fields is there.
public struct LoginReply: Codable, Sendable, Equatable {
    /// The session, where the login is done.
    public var session: SessionGrant?
    /// What to continue with, where the second factor is still to be given.
    public var challenge: LoginChallenge?

    enum CodingKeys: Int, CodingKey {
        case session = 1
        case challenge = 2
    }

    /// Makes the message from its fields.
    public init(session: SessionGrant? = nil, challenge: LoginChallenge? = nil) {
        self.session = session
        self.challenge = challenge
    }
}

/// A session that begins. It holds what the session is known by: never log it.
public struct SessionGrant: Codable, Sendable, Equatable {
    /// What the web client presents from now on: `wgs_` and 43 characters of base64url. It is told this once.
    public var secret: SecretText
    /// The session.
    public var session: SessionMessage
    /// Whose it is.
    public var user: UserMessage

    enum CodingKeys: Int, CodingKey {
        case secret = 1
        case session = 2
        case user = 3
    }

    /// Makes the message from its fields.
    public init(secret: SecretText, session: SessionMessage, user: UserMessage) {
        self.secret = secret
        self.session = session
        self.user = user
    }
}

/// A login that waits for the second factor.
public struct LoginChallenge: Codable, Sendable, Equatable {
    /// What to continue with: `wgc_` and 43 characters of base64url.
    public var secret: SecretText
    /// From when on it is worthless, in seconds since 1970-01-01 UTC.
    public var expiresAt: Int64
    /// How often a code may still be tried with it.
    public var attemptsLeft: UInt32

    enum CodingKeys: Int, CodingKey {
        case secret = 1
        case expiresAt = 2
        case attemptsLeft = 3
    }

    /// Makes the message from its fields.
    public init(secret: SecretText, expiresAt: Int64, attemptsLeft: UInt32) {
        self.secret = secret
        self.expiresAt = expiresAt
        self.attemptsLeft = attemptsLeft
    }
}

/// Who the hub takes the caller for.
public struct WhoAmIReply: Codable, Sendable, Equatable {
    /// How the caller is known: `session`, `token`, or `user` for an account of the machine.
    public var kind: String
    /// The name of the user or of the token.
    public var name: String
    /// What the caller may do: `viewer`, `operator` or `admin`.
    public var role: String
    /// The web user, of a session.
    public var user: UserMessage?
    /// The session, of a session.
    public var session: SessionMessage?

    enum CodingKeys: Int, CodingKey {
        case kind = 1
        case name = 2
        case role = 3
        case user = 4
        case session = 5
    }

    /// Makes the message from its fields.
    public init(kind: String, name: String, role: String, user: UserMessage? = nil, session: SessionMessage? = nil) {
        self.kind = kind
        self.name = name
        self.role = role
        self.user = user
        self.session = session
    }
}

/// Another password for the caller.
public struct ChangePasswordRequest: Codable, Sendable, Equatable {
    /// The present password.
    public var currentPassword: SecretText
    /// The password to be set.
    public var newPassword: SecretText
    /// What the web client calls itself; at most 256 printable characters of it are kept.
    public var userAgent: String?

    enum CodingKeys: Int, CodingKey {
        case currentPassword = 1
        case newPassword = 2
        case userAgent = 3
    }

    /// Makes the message from its fields.
    public init(currentPassword: SecretText, newPassword: SecretText, userAgent: String? = nil) {
        self.currentPassword = currentPassword
        self.newPassword = newPassword
        self.userAgent = userAgent
    }
}

/// What the caller's own password is asked for, so that a session that was left open is not enough.
public struct OwnPasswordRequest: Codable, Sendable, Equatable {
    /// The caller's password.
    public var password: SecretText

    enum CodingKeys: Int, CodingKey {
        case password = 1
    }

    /// Makes the message from its fields.
    public init(password: SecretText) {
        self.password = password
    }
}

/// The secret of a second factor, which waits to be confirmed. Never log it.
public struct EnrolTOTPReply: Codable, Sendable, Equatable {
    /// The secret in base32 without padding, to be typed in.
    public var secret: SecretText
    /// The same as `otpauth://totp/…`, to be shown as a QR code.
    public var uri: SecretText

    enum CodingKeys: Int, CodingKey {
        case secret = 1
        case uri = 2
    }

    /// Makes the message from its fields.
    public init(secret: SecretText, uri: SecretText) {
        self.secret = secret
        self.uri = uri
    }
}

/// Proof that the second factor is set up.
public struct ConfirmTOTPRequest: Codable, Sendable, Equatable {
    /// A code of 6 digits that it made.
    public var code: SecretText

    enum CodingKeys: Int, CodingKey {
        case code = 1
    }

    /// Makes the message from its fields.
    public init(code: SecretText) {
        self.code = code
    }
}

/// Codes that stand in for the second factor, each of them once. Never log them.
public struct RecoveryCodesReply: Codable, Sendable, Equatable {
    /// The codes.
    public var codes: [SecretText]
    /// Whose they are.
    public var user: UserMessage

    enum CodingKeys: Int, CodingKey {
        case codes = 1
        case user = 2
    }

    /// Makes the message from its fields.
    public init(codes: [SecretText], user: UserMessage) {
        self.codes = codes
        self.user = user
    }
}
