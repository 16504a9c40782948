import Foundation
import Testing
import WGPilotTestSupport

@testable import WGPilotCore

@Suite("Buckets of a history")
struct HistoryGranularityTests {
    /// Catches a bucket that is not the one that another implementation of the calendar has: Foundation's, in UTC, where no
    /// clock is ever put forward or back.
    @Test("buckets begin where the calendar of UTC has it, over leap years and the turns of centuries")
    func calendar() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
        let units: [(HistoryGranularity, Calendar.Component)] = [
            (.minute, .minute), (.hour, .hour), (.day, .day), (.week, .weekOfYear), (.month, .month),
        ]
        for _ in 0..<2000 {
            let moment = Int64.random(in: 0...HistoryRange.latest, using: &generator)
            let date = Date(timeIntervalSince1970: TimeInterval(moment))
            for (granularity, component) in units {
                let interval = try #require(calendar.dateInterval(of: component, for: date))
                let start = granularity.start(of: moment)
                #expect(
                    start == Int64(interval.start.timeIntervalSince1970), "\(granularity) of \(moment), seed \(seed)")
                #expect(
                    granularity.next(after: start) == Int64(interval.end.timeIntervalSince1970),
                    "after \(granularity) of \(moment), seed \(seed)")
            }
        }
    }

    /// Values by `date -u -d '2024-02-29 13:37:42' +%s` and the like (GNU coreutils 9.1).
    @Test(
        "each granularity has its beginning",
        arguments: [
            (HistoryGranularity.minute, 1_709_213_820), (.fiveMinutes, 1_709_213_700),
            (.quarterHour, 1_709_213_400), (.hour, 1_709_211_600), (.day, 1_709_164_800),
            (.week, 1_708_905_600), (.month, 1_706_745_600),
        ] as [(HistoryGranularity, Int64)])
    func beginnings(granularity: HistoryGranularity, start: Int64) {
        #expect(granularity.start(of: 1_709_213_862) == start)
    }

    /// Catches a day that summer time makes 23 or 25 hours long: in UTC there is none.
    @Test("every day of a year has 24 hours")
    func days() {
        var day = HistoryGranularity.day.start(of: 1_700_000_000)
        for _ in 0..<366 {
            let next = HistoryGranularity.day.next(after: day)
            #expect(next - day == 86400)
            day = next
        }
    }

    @Test("what is no granularity is refused with those that there are")
    func unknown() {
        #expect(throws: InvalidValue.self) { try HistoryGranularity("fortnight") }
        for granularity in HistoryGranularity.allCases {
            #expect((try? HistoryGranularity(granularity.rawValue)) == granularity)
        }
    }
}
