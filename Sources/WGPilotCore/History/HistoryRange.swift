/// From when to when a history is asked for, and how finely.
public struct HistoryRange: Hashable, Sendable {
    /// A length that people ask for by name, up to the present.
    public enum Name: String, CaseIterable, Sendable {
        /// 24 hours.
        case day
        /// 7 days.
        case week
        /// 30 days.
        case month
        /// 365 days.
        case year

        /// The length in seconds.
        public var seconds: Int64 {
            switch self {
            case .day: 86400
            case .week: 7 * 86400
            case .month: 30 * 86400
            case .year: 365 * 86400
            }
        }

        /// Its name in requests.
        public init(_ text: String) throws(InvalidValue) {
            guard let value = Self(rawValue: text) else {
                let names = Self.allCases.map(\.rawValue).joined(separator: ", ")
                throw InvalidValue("\(text.quotedForMessage) is not one of \(names)")
            }
            self = value
        }
    }

    /// A field of a request for a history.
    public enum Field: String, Sendable {
        case range, from, to, granularity
    }

    /// What a request has in its fields.
    public struct Request: Sendable {
        /// The range by name; nil where from and to are given, or nothing.
        public var range: String?
        /// Its beginning, in seconds since 1970-01-01 UTC.
        public var from: Int64?
        /// Its end; nil is now.
        public var to: Int64?
        /// How finely; nil leaves that to us.
        public var granularity: String?

        /// Makes it from its parts.
        public init(range: String? = nil, from: Int64? = nil, to: Int64? = nil, granularity: String? = nil) {
            self.range = range
            self.from = from
            self.to = to
            self.granularity = granularity
        }
    }

    /// The first moment, at the beginning of a bucket.
    public var start: Int64
    /// The moment behind the last, at the end of a bucket.
    public var end: Int64
    /// How finely.
    public var granularity: HistoryGranularity

    /// 9999-12-31: no clock of a machine is meant to go further.
    public static let latest: Int64 = 253_402_214_400

    /// The most buckets of one answer.
    public static let mostBuckets: Int64 = 10_000

    /// About so many buckets are told where nobody said how finely.
    private static let usualBuckets: Int64 = 400

    /// Makes it from its parts.
    public init(start: Int64, end: Int64, granularity: HistoryGranularity) {
        self.start = start
        self.end = end
        self.granularity = granularity
    }

    /// The beginnings of its buckets.
    public var buckets: [Int64] {
        var buckets: [Int64] = []
        var bucket = start
        while bucket < end {
            buckets.append(bucket)
            bucket = granularity.next(after: bucket)
        }
        return buckets
    }

    /// Reads what a request asks for.
    ///
    /// - Parameters:
    ///   - request: What it has in its fields.
    ///   - tiers: What is kept, and how finely.
    ///   - now: In seconds since 1970-01-01 UTC.
    /// - Returns: The range; nil where there are faults.
    public static func read(
        _ request: Request, tiers: HistoryTiers, now: Int64
    ) -> (range: HistoryRange?, faults: [(field: Field, fault: InvalidValue)]) {
        var faults: [(field: Field, fault: InvalidValue)] = []
        let now = min(max(now, 0), latest)
        var granularity: HistoryGranularity?
        if let text = request.granularity {
            do {
                granularity = try HistoryGranularity(text)
            } catch {
                faults.append((.granularity, error))
            }
        }
        let span = span(of: request, now: now, &faults)
        guard let span, faults.isEmpty else { return (nil, faults) }
        let chosen = granularity ?? usual(from: span.from, to: span.to, tiers)
        let start = chosen.start(of: span.from)
        // The bucket that the last moment is in belongs to it whole.
        let end = chosen.next(after: chosen.start(of: span.to - 1))
        if chosen.count(from: start, to: end) > mostBuckets {
            faults.append(
                (
                    .granularity,
                    InvalidValue(
                        "\(chosen.rawValue) cuts this range into more than \(mostBuckets) parts: ask for longer ones")
                ))
        } else if let kept = tiers.finest(at: start), kept.seconds > chosen.seconds {
            faults.append(
                (
                    .granularity,
                    InvalidValue("so far back only each \(kept.rawValue) is kept: ask for \(kept.rawValue) or longer")
                ))
        }
        return faults.isEmpty ? (HistoryRange(start: start, end: end, granularity: chosen), []) : (nil, faults)
    }

    private static func span(
        of request: Request, now: Int64, _ faults: inout [(field: Field, fault: InvalidValue)]
    ) -> (from: Int64, to: Int64)? {
        if let text = request.range {
            if request.from != nil || request.to != nil {
                faults.append((.range, InvalidValue("a range is named, or goes from a time to another, not both")))
                return nil
            }
            do {
                return (max(0, now - (try Name(text)).seconds), now + 1)
            } catch {
                faults.append((.range, error))
                return nil
            }
        }
        guard let from = request.from else {
            if request.to != nil {
                faults.append((.from, InvalidValue("it is not said where the range begins")))
                return nil
            }
            return (max(0, now - Name.day.seconds), now + 1)
        }
        let countBefore = faults.count
        for (field, moment) in [(Field.from, from), (.to, request.to ?? now)]
        where !(0...latest).contains(moment) {
            faults.append((field, InvalidValue("a time is 0 (1970-01-01) to \(latest) (9999-12-31) in seconds, UTC")))
        }
        if faults.count > countBefore { return nil }
        if from > now {
            faults.append((.from, InvalidValue("the range lies in the future")))
            return nil
        }
        let to = request.to ?? now + 1
        if to <= from {
            faults.append((.from, InvalidValue(to == from ? "the range is empty" : "the range ends before it begins")))
            return nil
        }
        return (from, min(to, now + 1))
    }

    /// The finest in which there are not too many buckets, and which is kept for the whole of a range.
    private static func usual(from: Int64, to: Int64, _ tiers: HistoryTiers) -> HistoryGranularity {
        HistoryGranularity.allCases.first { granularity in
            let start = granularity.start(of: from)
            return granularity.count(from: start, to: to) <= usualBuckets
                && tiers.finest(at: start).map { $0.seconds <= granularity.seconds } ?? true
        } ?? .month
    }
}
