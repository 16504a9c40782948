/// A change that is live, and that will be taken back unless somebody confirms it.
public struct PendingChange: Hashable, Sendable, Identifiable {
    /// Its number; never used again.
    public let id: Int64
    /// What was changed, for people.
    public let description: String
    /// When it is to be taken back, in seconds since 1970-01-01 UTC.
    public let deadline: Int64
    /// When it was made, in seconds since 1970-01-01 UTC.
    public let createdAt: Int64
}
