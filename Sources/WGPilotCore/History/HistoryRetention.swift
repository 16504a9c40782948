/// How long a history is kept, and how finely.
public struct HistoryRetention: Hashable, Sendable {
    /// For so many days each sample is kept.
    public var rawDays: Int64
    /// For so many days each hour is kept.
    public var hourlyDays: Int64
    /// For so many days each day is kept.
    public var dailyDays: Int64
    /// For so many days sessions are kept.
    public var sessionDays: Int64

    /// Makes it from its parts.
    public init(rawDays: Int64 = 1, hourlyDays: Int64 = 31, dailyDays: Int64 = 366, sessionDays: Int64 = 366) {
        self.rawDays = rawDays
        self.hourlyDays = hourlyDays
        self.dailyDays = dailyDays
        self.sessionDays = sessionDays
    }

    /// Up to when a history is to be made coarser: a little later than its age asks for, so that a range of that very
    /// length is kept whole, from the beginning of its first bucket on.
    public func tiers(now: Int64) -> HistoryTiers {
        HistoryTiers(
            hoursBefore: max(0, (now - rawDays * 86400 - 3600).roundedDown(to: 3600)),
            daysBefore: max(0, (now - (hourlyDays + 1) * 86400).roundedDown(to: 86400)))
    }
}
