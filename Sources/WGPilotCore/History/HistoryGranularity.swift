/// How finely a history is told: the length of its buckets, which begin at round times of UTC. UTC has no summer time,
/// so that each day has 24 hours.
public enum HistoryGranularity: String, CaseIterable, Sendable {
    /// One minute.
    case minute
    /// Five minutes.
    case fiveMinutes = "5min"
    /// A quarter of an hour.
    case quarterHour = "15min"
    /// One hour.
    case hour
    /// One day.
    case day
    /// Seven days, from Monday (ISO 8601).
    case week
    /// One month of the calendar.
    case month

    /// Its name in requests.
    public init(_ text: String) throws(InvalidValue) {
        guard let value = Self(rawValue: text) else {
            let names = Self.allCases.map(\.rawValue).joined(separator: ", ")
            throw InvalidValue("\(text.quotedForMessage) is not one of \(names)")
        }
        self = value
    }

    /// The length of its buckets in seconds; of a month the shortest that there is.
    public var seconds: Int64 {
        switch self {
        case .minute: 60
        case .fiveMinutes: 300
        case .quarterHour: 900
        case .hour: 3600
        case .day: 86400
        case .week: 7 * 86400
        case .month: 28 * 86400
        }
    }

    /// The beginning of the bucket that a moment is in.
    ///
    /// - Parameter moment: In seconds since 1970-01-01 UTC, at most ``HistoryRange/latest`` away from it.
    public func start(of moment: Int64) -> Int64 {
        switch self {
        case .minute, .fiveMinutes, .quarterHour, .hour, .day:
            return moment.roundedDown(to: seconds)
        case .week:
            // 1970-01-01 was a Thursday.
            let thursday: Int64 = 3 * 86400
            return (moment + thursday).roundedDown(to: seconds) - thursday
        case .month:
            let date = CivilDate(day: moment.roundedDown(to: 86400) / 86400)
            return CivilDate(year: date.year, month: date.month, dayOfMonth: 1).day * 86400
        }
    }

    /// The beginning of the bucket behind the one that begins at a moment.
    public func next(after start: Int64) -> Int64 {
        guard self == .month else { return start + seconds }
        // The shortest month has 28 days and the longest 31: four weeks and four days are in the next one.
        return self.start(of: start + 32 * 86400)
    }

    /// How many buckets there are from one beginning up to another; of months a few less or more.
    public func count(from start: Int64, to end: Int64) -> Int64 {
        max(0, (end - start + seconds - 1) / seconds)
    }
}

extension Int64 {
    /// The highest multiple that is not above it.
    public func roundedDown(to step: Int64) -> Int64 {
        let rest = self % step
        return rest < 0 ? self - rest - step : self - rest
    }
}
