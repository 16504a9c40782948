import Testing

@testable import WGPilotCtl

@Suite("A limit of bandwidth as an argument")
struct BandwidthArgumentTests {
    @Test(
        "kbit/s alone, or a unit of a thousand",
        arguments: [
            ("800", 800), ("800k", 800), ("10M", 10_000), ("10m", 10_000), ("1G", 1_000_000), ("2.5G", 2_500_000),
            ("1.5M", 1500), ("0.064M", 64), ("10Mbit", 10_000), ("10Mbit/s", 10_000), ("10mbps", 10_000), ("0", 0),
            ("none", 0), ("1.0", 1), ("-5", -5), ("-1.5M", -1500), ("101G", 101_000_000),
        ] as [(String, Int64)])
    func accepted(_ text: String, _ kbps: Int64) {
        #expect(BandwidthArgument(argument: text)?.kbps == kbps)
    }

    @Test(
        "what is no limit, or has a fraction of a kbit/s, is refused rather than rounded",
        arguments: [
            "", "M", "fast", "10 M", "10T", "10MB", "10MB/s", "10Mbit/h", "1.5", "1.5k", "0.0005M", ".5M", "5.M", "1e3",
            "٣", "999999999999999999999", "+5", "0x10", "10M\n", "None", "--5", "1,5M", "10M/s",
        ])
    func refused(_ text: String) {
        #expect(BandwidthArgument(argument: text) == nil)
    }
}
