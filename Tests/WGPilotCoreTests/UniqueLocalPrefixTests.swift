import Testing
import WGPilotCore
import WGPilotTestSupport

@Suite("Unique local prefixes")
struct UniqueLocalPrefixTests {
    // RFC 4193 §3.1: | 7 bits 1111110 | L = 1 | 40 bits global ID | 16 bits subnet ID | 64 bits interface ID |
    @Test("fd, forty bits that are random, a subnet id of nought, a /64 that a network can use")
    func format() throws {
        var generator = SeededGenerator()
        var set: UInt64 = 0
        var clear: UInt64 = 0
        var seen: Set<IPPrefix> = []
        for _ in 0..<200 {
            let prefix = UniqueLocalPrefix.random(using: &generator)
            let bytes = prefix.address.bytes
            #expect(prefix.length == 64 && bytes[0] == 0xFD, "\(generator)")
            #expect(bytes[6...].allSatisfy { $0 == 0 }, "\(generator)")
            let globalID = bytes[1...5].reduce(0) { $0 << 8 | UInt64($1) }
            set |= globalID
            clear |= ~globalID
            seen.insert(prefix)
            #expect(throws: Never.self) { try AddressPlan(subnet: IPPrefix("10.0.0.0/8"), subnet6: prefix) }
        }
        // A bit that is the same two hundred times is stuck: 80 · 2^-200 otherwise.
        #expect(set == 0xFF_FFFF_FFFF && clear & set == set, "\(generator)")
        #expect(seen.count == 200, "\(generator)")
    }
}
