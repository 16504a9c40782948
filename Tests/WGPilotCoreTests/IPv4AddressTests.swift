import Glibc
import Testing
import WGPilotCore
import WGPilotTestSupport

@Suite("IPv4 addresses")
struct IPv4AddressTests {
    // 192.0.2.235: RFC 6943 §3.1.1 names it beside the looser spellings of the same address.
    @Test(
        "dotted-decimal text is read with the first number as the highest byte",
        arguments: [
            ("0.0.0.0", 0), ("255.255.255.255", .max), ("10.0.0.1", 0x0A00_0001), ("192.0.2.235", 0xC000_02EB),
            ("1.2.3.4", 0x0102_0304),
        ] as [(String, UInt32)])
    func reads(text: String, number: UInt32) throws {
        let address = try #require(IPv4Address(text))
        #expect(address.rawValue == number)
        #expect(address.description == text)
        #expect(address == IPv4Address(rawValue: number))
        #expect(IPv4Address(bytes: address.bytes) == address)
    }

    // RFC 6943 §3.1.1: inet_aton takes 0xC00002EB, 3221226219, 030000001353, 192.0.747 and 192.0.0x02.235 for
    // 192.0.2.235. An address that two programs read differently gets past a check.
    @Test(
        "the looser spellings and broken texts are refused",
        arguments: [
            "0xC00002EB", "3221226219", "030000001353", "192.0.747", "192.0.0x02.235", "192.0.2.0353", "192.0.002.235",
            "00.0.0.0", "1.2.3.04", "", ".", "...", "1.2.3", "1.2.3.", ".1.2.3", "1..2.3", "1.2.3.4.", "1.2.3.4.5",
            "256.0.0.1", "1.2.3.256", "1.2.3.999999999999999999999", " 1.2.3.4", "1.2.3.4 ", "1.2.3.4\n", "1.2.3.4\0",
            "1.2.3.-4", "+1.2.3.4", "1.2.3.4/32", "1.2.3.4:80", "٣.٣.٣.٣", "１.2.3.4", "1。2。3。4", "::1.2.3.4", "a.b.c.d",
        ])
    func refuses(text: String) {
        #expect(IPv4Address(text) == nil)
    }

    @Test("only four bytes make an address", arguments: [0, 1, 3, 5, 16])
    func refusesOtherCounts(count: Int) {
        #expect(IPv4Address(bytes: [UInt8](repeating: 1, count: count)) == nil)
    }

    @Test("the order is that of the numbers, not of the texts")
    func order() throws {
        let low = try #require(IPv4Address("9.0.0.0"))
        let high = try #require(IPv4Address("10.0.0.0"))
        #expect(low < high)
        #expect(!(high < low))
    }

    @Test("reading and writing agree with inet_pton and inet_ntop", arguments: 1...8 as ClosedRange<UInt64>)
    func agreesWithTheSystem(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var accepted = 0
        for _ in 0..<4000 {
            var text = random.ipv4Text()
            if random.once(in: 2) { text = random.mutated(text) }
            let system = SystemAddressText.parse(text, family: AF_INET)
            #expect(IPv4Address(text)?.bytes == system, "\(text.debugDescription)")
            if let system {
                accepted += 1
                #expect(IPv4Address(bytes: system)?.description == SystemAddressText.format(system))
            }
        }
        // Else the comparison would be of refusals alone.
        #expect(accepted > 500)
    }
}
