import Testing
import WGPilotTestSupport

@testable import WGPilotNetlink

@Suite("Attributes")
struct AttributeTests {
    @Test("lengths count header and payload but not the padding")
    func layout() throws {
        var builder = AttributeBuilder()
        builder.put(1, bytes: [0xAA])
        builder.nested(2) { inner in
            inner.put(3, integer: UInt16(0x1234))
            inner.put(4, string: "wg0")
        }
        // Little-endian, as every machine that Swift runs on is; linux/netlink.h has the layout.
        #expect(
            try builder.finish()
                == hex(
                    """
                    05 00 01 00 aa 00 00 00
                    14 00 02 80
                    06 00 03 00 34 12 00 00
                    08 00 04 00 77 67 30 00
                    """))
    }

    @Test("an attribute that sixteen bits cannot measure is an error and no wrapped length")
    func tooLong() throws {
        var fits = AttributeBuilder()
        fits.put(1, bytes: [UInt8](repeating: 0, count: 65531))
        #expect(try fits.finish().count == 65536)
        var builder = AttributeBuilder()
        builder.nested(1) { $0.put(2, bytes: [UInt8](repeating: 0, count: 65532)) }
        #expect(throws: NetlinkError.tooLong) { try builder.finish() }
    }

    @Test(
        "lengths that lie are errors, not endless loops and not reads beyond the end",
        arguments: [
            [0, 0, 1, 0], [1, 0, 1, 0], [3, 0, 1, 0, 0, 0], [5, 0, 1, 0], [255, 255, 1, 0, 1, 2, 3, 4], [8], [8, 0],
            [8, 0, 1], [4, 0, 1, 0, 9],
        ] as [[UInt8]])
    func lies(_ bytes: [UInt8]) {
        #expect(throws: NetlinkError.self) {
            try AttributeReader.forEach(in: bytes[...]) { (_) throws(NetlinkError) in }
        }
    }

    @Test("the last attribute may lack its padding")
    func unpadded() throws {
        var seen: [[UInt8]] = []
        try AttributeReader.forEach(in: [5, 0, 1, 0, 7, 0, 0, 0, 5, 0, 2, 128, 8][...]) {
            (attribute) throws(NetlinkError) in
            seen.append([UInt8(attribute.type)] + attribute.payload)
        }
        #expect(seen == [[1, 7], [2, 8]])
    }

    @Test("an integer of another width is an error")
    func width() {
        let attribute = Attribute(type: 1, payload: [1, 2, 3])
        #expect(throws: NetlinkError.self) { try attribute.integer(UInt32.self) }
        #expect(throws: NetlinkError.self) { try attribute.integer(UInt16.self) }
    }

    @Test("what is written is read again", arguments: 0..<20)
    func roundTrip(_ number: UInt64) throws {
        var generator = SeededGenerator(seed: number)
        let values = (0..<50).map { _ in
            (
                UInt16.random(in: 0...0x3FFF, using: &generator),
                generator.bytes(Int.random(in: 0...70, using: &generator))
            )
        }
        var builder = AttributeBuilder()
        for (type, payload) in values { builder.put(type, bytes: payload) }
        var reader = AttributeReader(try builder.finish()[...])
        for (type, payload) in values {
            let attribute = try #require(try reader.next())
            #expect(attribute.type == type && Array(attribute.payload) == payload, "\(generator)")
        }
        let end = try reader.next()
        #expect(end == nil)
    }
}
