import Testing
import WGPilotCore
import WGPilotTestSupport

@Suite("Blocks of addresses")
struct IPPrefixTests {
    @Test(
        "a block keeps its text",
        arguments: [
            "0.0.0.0/0", "10.0.0.0/8", "10.8.0.0/24", "10.8.0.254/31", "10.8.0.1/32", "128.0.0.0/1", "::/0",
            "2001:db8::/32", "fd00::/8", "fd00::1/128", "8000::/1", "fd00::2/127",
        ])
    func reads(text: String) throws {
        #expect(try IPPrefix(text).description == text)
    }

    @Test("an address alone is the block of that address", arguments: [("10.8.0.1", "/32"), ("fd00::1", "/128")])
    func readsAddress(text: String, length: String) throws {
        #expect(try IPPrefix(text).description == text + length)
    }

    @Test(
        "host bits are refused, and the message has the block that may have been meant",
        arguments: [
            ("10.8.0.1/24", "10.8.0.0/24"), ("10.8.0.0/12", "10.0.0.0/12"), ("255.255.255.255/0", "0.0.0.0/0"),
            ("10.8.0.255/31", "10.8.0.254/31"), ("fd00::1/64", "fd00::/64"), ("::1/0", "::/0"),
            ("2001:db8:ffff::/33", "2001:db8:8000::/33"),
        ])
    func refusesHostBits(text: String, suggestion: String) throws {
        let error = try #require(throws: InvalidValue.self) { try IPPrefix(text) }
        #expect(error.message.contains(suggestion))
        #expect(error.message.contains(text))
    }

    @Test(
        "texts that are no block are refused",
        arguments: [
            "", "/", "/24", "10.8.0.0/", "10.8.0.0/33", "10.8.0.0/256", "10.8.0.0/032", "10.8.0.0/024", "10.8.0.0/-1",
            "10.8.0.0/+8",
            "10.8.0.0/2 4", "10.8.0.0/24/24", "10.8.0.0/255.255.255.0", "10.8.0.0/99999999999999999999", "10.8.0/24",
            "fd00::/129", "fd00::/1000", "fd00::%eth0/64", "10.8.0.0/٣", "hub/24", "10.8.0.0\\24", "10.8.0.0/24\n",
        ])
    func refuses(text: String) {
        #expect(throws: InvalidValue.self) { try IPPrefix(text) }
    }

    @Test("a hostile text cannot put a control character into the message")
    func messageIsOneLine() throws {
        let error = try #require(throws: InvalidValue.self) { try IPPrefix("10.0.0.0/\u{1B}[2J\n8") }
        #expect(!error.message.unicodeScalars.contains { $0.properties.generalCategory == .control })
    }

    @Test("a length beyond the width is taken as the width, and the masks of all lengths are right")
    func masks() throws {
        let v4 = IPAddress.v4(IPv4Address(rawValue: .max))
        let v6 = IPAddress.v6(IPv6Address(rawValue: .max))
        for length in 0...UInt8.max {
            let prefix4 = IPPrefix(masking: v4, length: length)
            let bits4 = Int(min(length, 32))
            #expect(prefix4.length == UInt8(bits4))
            #expect(Self.bits(prefix4.address) == (0..<32).map { $0 < bits4 })
            #expect(prefix4.lastNumber == UInt128(UInt32.max))
            let prefix6 = IPPrefix(masking: v6, length: length)
            let bits6 = Int(min(length, 128))
            #expect(prefix6.length == UInt8(bits6))
            #expect(Self.bits(prefix6.address) == (0..<128).map { $0 < bits6 })
            #expect(prefix6.lastNumber == .max)
        }
    }

    @Test(
        "the last number of a block",
        arguments: [
            ("10.8.0.0/24", 0x0A08_00FF), ("0.0.0.0/0", 0xFFFF_FFFF), ("10.8.0.1/32", 0x0A08_0001),
            ("fd00::/126", 0xFD00 << 112 | 3),
        ] as [(String, UInt128)])
    func lastNumber(text: String, number: UInt128) throws {
        #expect(try IPPrefix(text).lastNumber == number)
    }

    @Test("every block of one family is in the family's whole, and none of the other is")
    func wholes() throws {
        #expect(IPPrefix.everyV4.description == "0.0.0.0/0")
        #expect(IPPrefix.everyV6.description == "::/0")
        #expect(IPPrefix.everyV4.contains(try IPPrefix("10.0.0.0/8")))
        #expect(!IPPrefix.everyV4.contains(try IPPrefix("fd00::/8")))
        #expect(!IPPrefix.everyV4.overlaps(.everyV6))
        // ::a00:0/104 is numerically 10.0.0.0/8.
        #expect(try !IPPrefix("10.0.0.0/8").overlaps(IPPrefix("::a00:0/104")))
        #expect(try !IPPrefix("10.0.0.0/8").contains(#require(IPAddress("::a00:1"))))
    }

    @Test("containing and overlapping agree with a comparison bit by bit", arguments: 1...8 as ClosedRange<UInt64>)
    func agreesWithModel(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var overlaps = 0
        for _ in 0..<4000 {
            let left = Self.prefix(&random)
            let right = Self.prefix(&random)
            let address = Self.address(&random)
            let inLeft = Self.model(left, holds: address, bits: Int(left.length))
            #expect(left.contains(address) == inLeft, "\(left) \(address)")
            let common = Int(min(left.length, right.length))
            let share = Self.model(left, holds: right.address, bits: common)
            #expect(left.overlaps(right) == share, "\(left) \(right)")
            #expect(right.overlaps(left) == share, "\(left) \(right)")
            #expect(left.contains(right) == (share && left.length <= right.length), "\(left) \(right)")
            if share { overlaps += 1 }
        }
        #expect((200..<3800).contains(overlaps))
    }

    @Test(
        "blocks sort by family, address and length, so that equal sets print equally", arguments: [1, 2, 3] as [UInt64])
    func order(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let blocks = (0..<200).map { _ in Self.prefix(&random) }
        let sorted = blocks.sorted()
        #expect(sorted == blocks.shuffled(using: &random).sorted())
        for (left, right) in zip(sorted, sorted.dropFirst()) {
            #expect(!(right < left))
            if left.address == right.address { #expect(left.length <= right.length) }
        }
    }

    @Test("blocks are joined as in AllowedIPs, in the order given")
    func joined() throws {
        #expect(try ["10.0.0.0/8", "::/0"].map { try IPPrefix($0) }.commaSeparated == "10.0.0.0/8, ::/0")
        #expect([IPPrefix]().commaSeparated == "")
    }

    @Test("an interface's address keeps its host bits and knows its block")
    func interfaceAddress() throws {
        let address = InterfaceAddress(address: try #require(IPAddress("10.8.0.1")), prefixLength: 24)
        #expect(address.description == "10.8.0.1/24")
        #expect(try address.prefix == IPPrefix("10.8.0.0/24"))
        #expect(InterfaceAddress(address: try #require(IPAddress("10.8.0.1")), prefixLength: 99).prefixLength == 32)
    }

    /// Bits from the highest on.
    private static func bits(_ address: IPAddress) -> [Bool] {
        address.bytes.flatMap { byte in (0..<8).map { byte & (0x80 >> $0) != 0 } }
    }

    private static func model(_ prefix: IPPrefix, holds address: IPAddress, bits count: Int) -> Bool {
        prefix.address.isV4 == address.isV4 && bits(prefix.address).prefix(count) == bits(address).prefix(count)
    }

    /// An address of a small world, so that blocks often meet.
    private static func address(_ random: inout SeededGenerator) -> IPAddress {
        let byte = { (random: inout SeededGenerator) in [0, 1, 127, 128, 255][random.number(below: 5)] as UInt8 }
        if random.once(in: 2) {
            return .v4(IPv4Address(rawValue: [10, 0, byte(&random), byte(&random)].reduce(0) { $0 << 8 | UInt32($1) }))
        }
        let low = UInt128(byte(&random)) << 56 | UInt128(byte(&random))
        return .v6(IPv6Address(rawValue: 0xFD00 << 112 | low))
    }

    private static func prefix(_ random: inout SeededGenerator) -> IPPrefix {
        let address = address(&random)
        return IPPrefix(masking: address, length: UInt8(random.number(below: Int(address.bitWidth) + 1)))
    }
}
