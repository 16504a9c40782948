import Testing
import WGPilotCore
import WGPilotTestSupport

@Suite struct TrafficTableTests {
    /// Every table that a block could need.
    private static var all: [TrafficTable] {
        var random = SeededGenerator(seed: 1)
        var tables: Set<TrafficTable> = []
        for (isV4, width) in [(true, 32), (false, 128)] {
            for length in 0...width {
                for byte in 0...255 {
                    var number = UInt128.random(in: .min ... .max, using: &random)
                    // Every value of the byte that tells the second tables apart.
                    let low = width - length + 8
                    if low >= 0, low < 128 {
                        number = (number & ~(0xFF << UInt128(low))) | UInt128(byte) << UInt128(low)
                    }
                    let address: IPAddress =
                        isV4
                        ? .v4(IPv4Address(rawValue: UInt32(truncatingIfNeeded: number)))
                        : .v6(IPv6Address(rawValue: number))
                    tables.formUnion(
                        TrafficTable.path(to: IPPrefix(masking: address, length: UInt8(length))))
                }
            }
        }
        return Array(tables)
    }

    @Test("no two tables have one number, and each number leads back to its table")
    func numbers() {
        let all = Self.all
        #expect(all.count == 33 + 129 + 6 * 256)
        #expect(Set(all.map(\.id)).count == all.count)
        for table in all {
            // From 0x800 on they are the kernel's own, and 0 is none.
            #expect((1..<0x800).contains(table.id))
            #expect(TrafficTable(id: table.id) == table)
        }
        for id in [0, 0x22, 0x3F, 0xC1, 0xFF, 0x700, 0x800, 0xFFF] as [UInt16] { #expect(TrafficTable(id: id) == nil) }
    }

    @Test(
        "the buckets are those of the last bits of the block",
        arguments: [
            // Read off the addresses by hand; what tc(8) makes of the masks is among the captures of the netlink tests.
            ("10.8.3.5/32", [0x21, 0x103], [3, 5]), ("10.0.0.0/8", [0x09], [10]), ("172.17.0.0/20", [0x15], [0x10]),
            ("192.168.7.0/24", [0x19, 0x3A8], [168, 7]), ("10.128.0.0/9", [0x0A], [0x15]), ("0.0.0.0/0", [0x01], [0]),
            ("fd00::1:203/128", [0xC0, 0x202], [2, 3]), ("fd00:0:0:1234::/64", [0x80, 0x412], [0x12, 0x34]),
            ("fd00:0:ab12::/48", [0x70, 0x6AB], [0xAB, 0x12]), ("fd00:0:ab00::/40", [0x68], [0xAB]),
            ("fd00:0:a000::/36", [0x64], [0x0A]), ("fd12:3456::/32", [0x60], [0x56]),
        ] as [(String, [UInt16], [UInt8])])
    func buckets(_ text: String, _ ids: [UInt16], _ buckets: [UInt8]) throws {
        let block = try IPPrefix(text)
        let path = TrafficTable.path(to: block)
        #expect(path.map(\.id) == ids)
        #expect(path.map { $0.bucket(of: block) } == buckets)
        #expect(path.last?.parent == (path.count == 2 ? path.first : nil))
    }

    @Test("a hash looks at bits of the block alone, in one word, and at eight of them where there are so many")
    func hashes() {
        for table in Self.all {
            let (word, mask) = table.hash
            let ones = mask.nonzeroBitCount
            #expect(ones <= 8 && word < (table.isV4 ? 1 : 4))
            if ones == 0 { continue }
            // One run of ones.
            #expect(ones + mask.leadingZeroBitCount + mask.trailingZeroBitCount == 32)
            let end = 32 * word + 32 - mask.trailingZeroBitCount
            #expect(end == Int(table.length) || (table.branch == nil && end == Int(table.length) - 8))
            #expect(ones == min(8, Int(table.length) - 32 * word))
        }
    }

    @Test("5,000 peers of one subnet, and 5,000 sites, share no bucket")
    func spread() throws {
        for (base, length) in [("10.8.0.0", 32), ("10.0.0.0", 24)] as [(String, UInt8)] {
            guard case .v4(let first)? = IPAddress(base) else { throw CancellationError() }
            var buckets: Set<UInt32> = []
            for number in 0..<5000 as Range<UInt32> {
                let address = IPv4Address(rawValue: first.rawValue + number << UInt32(32 - length))
                let block = IPPrefix(masking: .v4(address), length: length)
                let table = try #require(TrafficTable.path(to: block).last)
                buckets.insert(table.handle(bucket: table.bucket(of: block)))
            }
            #expect(buckets.count == 5000)
        }
    }
}
