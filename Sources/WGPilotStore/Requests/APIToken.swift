/// An API token as it is listed: everything but the token itself, which nobody has but its bearer.
public struct APIToken: Hashable, Sendable, Identifiable {
    /// What its bearer may do.
    public enum Role: String, CaseIterable, Sendable {
        /// Reads, without secrets.
        case viewer
        /// Networks, peers and their secrets.
        case `operator`
        /// Everything.
        case admin
    }

    /// The number; never used again.
    public let id: Int64
    /// The name, unique among the tokens there are.
    public let name: String
    /// What its bearer may do.
    public let role: Role
    /// Who made it.
    public let createdBy: String
    /// When it was made, in seconds since 1970-01-01 UTC.
    public let createdAt: Int64
    /// From when on it is no longer taken; nil for never.
    public let expiresAt: Int64?
    /// When it was last used, to the minute; nil for never.
    public let lastUsedAt: Int64?
}
