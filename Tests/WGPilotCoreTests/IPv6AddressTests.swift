import Glibc
import Testing
import WGPilotCore
import WGPilotTestSupport

@Suite("IPv6 addresses")
struct IPv6AddressTests {
    @Test(
        "the spellings of RFC 4291 §2.2 mean what it says they mean",
        arguments: [
            // §2.2 item 1
            ("ABCD:EF01:2345:6789:ABCD:EF01:2345:6789", 0xABCD_EF01_2345_6789_ABCD_EF01_2345_6789),
            ("2001:DB8:0:0:8:800:200C:417A", 0x2001_0DB8_0000_0000_0008_0800_200C_417A),
            // item 2, the compressed forms
            ("2001:DB8::8:800:200C:417A", 0x2001_0DB8_0000_0000_0008_0800_200C_417A),
            ("FF01:0:0:0:0:0:0:101", 0xFF01_0000_0000_0000_0000_0000_0000_0101),
            ("FF01::101", 0xFF01_0000_0000_0000_0000_0000_0000_0101),
            ("0:0:0:0:0:0:0:1", 1), ("::1", 1), ("0:0:0:0:0:0:0:0", 0), ("::", 0),
            // item 3, the mixed forms
            ("0:0:0:0:0:0:13.1.68.3", 0x0D01_4403), ("::13.1.68.3", 0x0D01_4403),
            ("0:0:0:0:0:FFFF:129.144.52.38", 0xFFFF_8190_3426), ("::FFFF:129.144.52.38", 0xFFFF_8190_3426),
        ] as [(String, UInt128)])
    func reads(text: String, number: UInt128) {
        #expect(IPv6Address(text)?.rawValue == number)
    }

    @Test(
        "the text is the canonical one of RFC 5952",
        arguments: [
            // §2.1: leading zeros go
            ("2001:db8:aaaa:bbbb:cccc:dddd:eeee:0001", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:1"),
            // §4.1
            ("2001:0db8::0001", "2001:db8::1"),
            // §4.2.1: as much as possible is shortened
            ("2001:db8:0:0:0:0:2:1", "2001:db8::2:1"), ("2001:db8::0:1", "2001:db8::1"),
            // §4.2.2: one group alone is not
            ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
            // §4.2.3: the longest run, and of two equal ones the first
            ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
            // §4.3: lower case
            ("2001:DB8::AAAA", "2001:db8::aaaa"),
            // §5: mixed form where the prefix is known to hold an IPv4 address
            ("::ffff:c000:201", "::ffff:192.0.2.1"),
            // The ends of the range of what `::` may stand for.
            ("0:0:0:0:0:0:0:0", "::"), ("1:0:0:0:0:0:0:0", "1::"), ("0:0:1:0:0:0:0:0", "0:0:1::"),
            ("0:1:2:3:4:5:6:7", "0:1:2:3:4:5:6:7"), ("1:2:3:4:5:6:0:0", "1:2:3:4:5:6::"),
        ])
    func writes(text: String, canonical: String) throws {
        let address = try #require(IPv6Address(text))
        #expect(address.description == canonical)
        #expect(IPv6Address(canonical) == address)
    }

    @Test(
        "texts that are no address are refused",
        arguments: [
            "", ":", ":::", "1", "1:", ":1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8:",
            ":1:2:3:4:5:6:7:8",
            "::1::", "1::2::3", "1:::2", "::1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8::", "12345::", "::12345", "::0fffff",
            "::g", "fe80::1%eth0", "[::1]", "::1/128", " ::1", "::1 ", "::1\n", "::1\0", "::1.2.3", "::1.2.3.4.5",
            "::1.2.3.256",
            "::01.2.3.4", "1.2.3.4::", "::1.2.3.4:5", "1:2:3:4:5:6:7:1.2.3.4", "1.2.3.4", "::ffff:1.2.3.4:",
            "0000:0000:0000:0000:0000:ffff:255.255.255.2555", "::１", "::-1", "::+1", "::0x1",
        ])
    func refuses(text: String) {
        #expect(IPv6Address(text) == nil)
    }

    @Test("a long hostile text is refused without being worked through")
    func refusesLongTexts() {
        #expect(IPv6Address(String(repeating: "0:", count: 1 << 20)) == nil)
        #expect(IPv6Address(String(repeating: ":", count: 1 << 20)) == nil)
    }

    @Test("the longest spelling there is, 45 characters, is read")
    func readsTheLongest() {
        let longest = "0000:0000:0000:0000:0000:ffff:255.255.255.255"
        #expect(longest.count == 45)
        #expect(IPv6Address(longest)?.rawValue == 0xFFFF_FFFF_FFFF)
    }

    @Test("bytes are in network order, and only sixteen make an address")
    func bytes() throws {
        let bytes = (1...16).map { UInt8($0) }
        let address = try #require(IPv6Address(bytes: bytes))
        #expect(address.rawValue == 0x0102_0304_0506_0708_090A_0B0C_0D0E_0F10)
        #expect(address.bytes == bytes)
        for count in [0, 4, 15, 17] { #expect(IPv6Address(bytes: [UInt8](repeating: 1, count: count)) == nil) }
    }

    @Test("reading agrees with inet_pton", arguments: 1...16 as ClosedRange<UInt64>)
    func readsLikeTheSystem(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var accepted = 0
        for _ in 0..<4000 {
            var text = random.ipv6Text()
            if random.once(in: 2) { text = random.mutated(text) }
            let system = SystemAddressText.parse(text, family: AF_INET6)
            #expect(IPv6Address(text)?.bytes == system, "\(text.debugDescription)")
            if system != nil { accepted += 1 }
        }
        #expect(accepted > 500)
    }

    @Test("writing agrees with inet_ntop, which wg(8) prints with", arguments: 1...8 as ClosedRange<UInt64>)
    func writesLikeTheSystem(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<4000 {
            // Many zero groups, so that runs of all lengths at all places come up.
            var bytes = (0..<8).flatMap { _ in
                random.once(in: 2) ? random.bytes(2) : [0, UInt8(random.number(below: 3))]
            }
            if random.once(in: 8) { bytes.replaceSubrange(0..<12, with: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255]) }
            // glibc still writes the IPv4-compatible ::/96 in mixed form. RFC 4291 §2.5.5.1 deprecates those addresses
            // and RFC 5952 §5 does not ask for it.
            if bytes.prefix(12).allSatisfy({ $0 == 0 }) { continue }
            let text = IPv6Address(bytes: bytes)?.description
            #expect(text == SystemAddressText.format(bytes))
            #expect(text.flatMap { IPv6Address($0) }?.bytes == bytes)
        }
    }
}
