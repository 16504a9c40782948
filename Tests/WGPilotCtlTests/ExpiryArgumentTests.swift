import ArgumentParser
import Testing

@testable import WGPilotCtl

@Suite("When a peer ends, and where a preshared key comes from")
struct ExpiryArgumentTests {
    // Each by `date -u -d TEXT +%s` of GNU coreutils.
    @Test(
        "an expiry is what it says",
        arguments: [
            ("2s", 1002), ("90m", 6400), ("12h", 44200), ("30d", 2_593_000), ("1y", 31_537_000),
            ("2027-07-30", 1_816_991_999), ("2028-02-29", 1_835_481_599), ("2027-07-30T14:05:09Z", 1_816_956_309),
            ("2027-07-30T14:05:09+02:00", 1_816_949_109),
        ] as [(String, Int64)])
    func reads(text: String, seconds: Int64) throws {
        #expect(try #require(ExpiryArgument(argument: text)).seconds(now: 1000) == seconds)
    }

    @Test("never is no end, and a time that cannot be counted is as late as can be")
    func never() throws {
        #expect(try #require(ExpiryArgument(argument: "never")).seconds(now: 1000) == nil)
        #expect(try #require(ExpiryArgument(argument: "1d")).seconds(now: .max) == .max)
    }

    @Test(
        "what is none is refused",
        arguments: [
            "", "d", "-1d", "1w", "1.5h", "9999999999d", "2027-02-30", "2027-13-01", "27-01-01", "tomorrow",
            "2027-07-30T14:05:09", "2027-07-30T25:00:00Z", "2027-07-30T24:00:00Z",
            "2027-07-30T14:60:00Z", "2027-02-29T14:00:00Z", "2027-07-30T1:00:00Z", "1969-12-31", "NEVER", "2027-7-3",
        ])
    func refuses(text: String) {
        #expect(ExpiryArgument(argument: text) == nil)
    }

    @Test("a preshared key on the command line is refused, and no error repeats it")
    func presharedKey() async throws {
        let key = "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo="
        for arguments in [
            ["peer", "edit", "a/b", "--preshared-key", key], ["peer", "add", "a", "b", "--preshared-key", key],
            ["peer", "rotate", "a/b", "--preshared-key", key],
        ] {
            let error = try await #require(throws: (any Error).self) {
                try await RootCommand.asyncParseAsRoot(arguments)
            }
            let message = RootCommand.fullMessage(for: error)
            #expect(message.contains("shell's history") && !message.contains(key))
        }
    }

    @Test("options that exclude one another are refused")
    func exclusive() async {
        for arguments in [
            ["peer", "add", "a", "b", "--config-file", "x", "--print-config"],
            ["peer", "add", "a", "b", "--preshared-key", "x", "--no-preshared-key"],
            ["peer", "rotate", "a/b", "--activate", "--cancel"],
            ["peer", "rotate", "a/b", "--activate", "--overlap", "1h"],
            ["peer", "rotate", "a/b", "--overlap", "never"], ["peer", "rotate", "a/b", "--overlap", "8d"],
            ["peer", "rotate", "a/b", "--overlap", "0s"], ["peer", "rotate", "a/b", "--overlap", "12"],
            ["peer", "rotate", "a/b", "--keep-preshared-key", "--preshared-key", "none"],
        ] {
            await #expect(throws: (any Error).self, "\(arguments)") {
                try await RootCommand.asyncParseAsRoot(arguments)
            }
        }
    }
}
