/// What was cleared away of a peer's history.
public struct PurgedHistory: Hashable, Sendable {
    /// Samples, of those that were kept each by itself.
    public var samples: Int
    /// Days of which each hour was kept.
    public var hourlyDays: Int
    /// Days that were kept as a whole.
    public var days: Int
    /// Sessions.
    public var sessions: Int
}
