public import WGPilotCore

/// A user of the web page, without anything secret.
public struct WebUser: Hashable, Sendable, Identifiable {
    /// The number; never used again.
    public let id: Int64
    /// The name, unique whatever the case.
    public let name: UserName
    /// What the user may do.
    public let role: APIToken.Role
    /// Whether the user may log in.
    public let isEnabled: Bool
    /// The e-mail address; empty for none.
    public let email: String
    /// Which password the user has, counted from 1.
    public let passwordVersion: Int64
    /// When the password was set, in seconds since 1970-01-01 UTC.
    public let passwordChangedAt: Int64
    /// When the user was made.
    public let createdAt: Int64
    /// When the user was last changed.
    public let updatedAt: Int64
    /// When the user last logged in; nil for never.
    public let lastLoginAt: Int64?
    /// Whether a second factor is asked for.
    public let hasSecondFactor: Bool
    /// How many recovery codes are left.
    public let recoveryCodesLeft: Int
    /// How many sessions are good.
    public let sessions: Int
}
