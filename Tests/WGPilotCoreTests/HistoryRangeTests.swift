import Testing

@testable import WGPilotCore

@Suite("The time that a history is asked for")
struct HistoryRangeTests {
    /// 2027-01-15 08:00:00 UTC.
    private static let now: Int64 = 1_800_000_000

    private static func read(
        _ range: String? = nil, _ from: Int64? = nil, _ to: Int64? = nil, _ granularity: String? = nil,
        tiers: HistoryTiers = HistoryTiers()
    ) -> (range: HistoryRange?, faults: [(field: HistoryRange.Field, fault: InvalidValue)]) {
        HistoryRange.read(
            .init(range: range, from: from, to: to, granularity: granularity), tiers: tiers, now: now)
    }

    @Test(
        "what makes no sense is refused, and the field is named",
        arguments: [
            ("fortnight", nil, nil, nil, [.range]), ("", nil, nil, nil, [.range]),
            ("day", now - 1, nil, nil, [.range]), ("day", nil, now, nil, [.range]),
            (nil, nil, now, nil, [.from]), (nil, now + 1, nil, nil, [.from]), (nil, now + 1, now + 2, nil, [.from]),
            (nil, now, now - 1, nil, [.from]), (nil, now - 5, now - 5, nil, [.from]),
            (nil, -1, nil, nil, [.from]), (nil, Int64.min, Int64.max, nil, [.from, .to]),
            (nil, 0, Int64.max, nil, [.to]), (nil, 0, -1, nil, [.to]),
            ("day", nil, nil, "second", [.granularity]), ("fortnight", nil, nil, "second", [.granularity, .range]),
            (nil, 0, nil, "minute", [.granularity]), ("year", nil, nil, "minute", [.granularity]),
        ] as [(String?, Int64?, Int64?, String?, [HistoryRange.Field])])
    func refused(
        range: String?, from: Int64?, to: Int64?, granularity: String?, fields: [HistoryRange.Field]
    ) {
        let (found, faults) = Self.read(range, from, to, granularity)
        #expect(found == nil)
        #expect(faults.map(\.field) == fields)
        #expect(faults.allSatisfy { !$0.fault.message.isEmpty })
    }

    @Test(
        "a named range ends now, is cut at round times, and has no more points than somebody looks at",
        arguments: [("day", 86400), ("week", 7 * 86400), ("month", 30 * 86400), ("year", 365 * 86400)])
    func named(name: String, seconds: Int64) throws {
        let range = try #require(Self.read(name).range)
        #expect(range.start <= Self.now - seconds && range.end > Self.now)
        #expect(range.start == range.granularity.start(of: range.start))
        #expect(range.end == range.granularity.start(of: range.end))
        #expect(range.start > Self.now - seconds - range.granularity.seconds - 1)
        #expect((20...401).contains(range.buckets.count), "\(range.buckets.count)")
        #expect(range.buckets.first == range.start)
        #expect(range.buckets.last.map(range.granularity.next) == range.end)
    }

    @Test("an end in the future is now, for a month that is not over can be asked for")
    func endInTheFuture() throws {
        let range = try #require(Self.read(nil, Self.now - 7200, Self.now + 86400 * 20, "hour").range)
        #expect(range.end == HistoryGranularity.hour.next(after: HistoryGranularity.hour.start(of: Self.now)))
    }

    @Test("more finely than it is kept cannot be told; left open, it is told as finely as it is kept")
    func tiers() throws {
        let tiers = HistoryRetention().tiers(now: Self.now)
        #expect(Self.read("day", granularity: "minute", tiers: tiers).range != nil)
        #expect(Self.read("week", granularity: "minute", tiers: tiers).faults.map(\.field) == [.granularity])
        #expect(Self.read("month", granularity: "hour", tiers: tiers).range != nil)
        #expect(Self.read("year", granularity: "hour", tiers: tiers).faults.map(\.field) == [.granularity])
        #expect(Self.read("year", granularity: "day", tiers: tiers).range != nil)
        let old = try #require(Self.read(nil, Self.now - 40 * 86400, Self.now - 39 * 86400, tiers: tiers).range)
        #expect(old.granularity == .day)
        // A clock before 1970 or behind all calendars must not end the process.
        for now in [Int64.min, -1, 0, Int64.max] {
            _ = HistoryRange.read(.init(range: "year"), tiers: HistoryTiers(), now: now)
            _ = HistoryRange.read(.init(from: 0, to: 5), tiers: HistoryTiers(), now: now)
        }
    }

    private static func read(
        _ range: String, granularity: String, tiers: HistoryTiers
    ) -> (range: HistoryRange?, faults: [(field: HistoryRange.Field, fault: InvalidValue)]) {
        read(range, nil, nil, granularity, tiers: tiers)
    }
}
