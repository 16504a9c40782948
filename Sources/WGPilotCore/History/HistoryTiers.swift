/// Up to when a history was already made coarser.
public struct HistoryTiers: Hashable, Sendable {
    /// Before this moment each hour is kept as a whole; a beginning of an hour, in seconds since 1970-01-01 UTC.
    public var hoursBefore: Int64
    /// Before this moment each day is kept as a whole; a beginning of a day, in seconds since 1970-01-01 UTC.
    public var daysBefore: Int64

    /// Makes it from its parts.
    public init(hoursBefore: Int64 = 0, daysBefore: Int64 = 0) {
        self.hoursBefore = hoursBefore
        self.daysBefore = daysBefore
    }

    /// How finely a history is kept from a moment on; nil where each sample is.
    func finest(at moment: Int64) -> HistoryGranularity? {
        moment < daysBefore ? .day : moment < hoursBefore ? .hour : nil
    }
}
