import Testing

@testable import WGPilotCtl

@Suite("Spans of time as arguments")
struct DurationArgumentTests {
    @Test(
        "a number is seconds, a letter behind it is its unit",
        arguments: [
            ("1", 1), ("60", 60), ("60s", 60), ("1s", 1), ("5m", 300), ("2h", 7200), ("24h", 86400), ("1440m", 86400),
            ("86400", 86400), ("007", 7),
        ] as [(String, Int64)])
    func reads(text: String, seconds: Int64) {
        #expect(DurationArgument(argument: text)?.seconds == seconds)
    }

    @Test(
        "what is no span from a second to a day is refused, and no number of it ends the program",
        arguments: [
            "", "s", "h", "0", "0s", "-1", "+1", "-5m", "1.5h", "1d", "90 s", " 90", "86401", "25h", "1441m", "5M",
            "1h30m", "٣s", "9223372036854775807", "9223372036854775807h", "2562047788015216h",
            "99999999999999999999",
        ])
    func refuses(text: String) {
        #expect(DurationArgument(argument: text) == nil)
    }
}
