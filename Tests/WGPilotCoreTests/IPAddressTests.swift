import Testing
import WGPilotCore

@Suite("Addresses of either family")
struct IPAddressTests {
    @Test("the text tells the family", arguments: [("10.0.0.1", true), ("::1", false), ("::ffff:10.0.0.1", false)])
    func family(text: String, isV4: Bool) throws {
        let address = try #require(IPAddress(text))
        #expect(address.isV4 == isV4)
        #expect(address.bitWidth == (isV4 ? 32 : 128))
        #expect(address.bytes.count == (isV4 ? 4 : 16))
        #expect(IPAddress(bytes: address.bytes) == address)
        #expect(address.description == text)
        #expect(address.hostPrefix.description == "\(text)/\(isV4 ? 32 : 128)")
    }

    @Test("an IPv4-mapped address is not the IPv4 address: a kernel has them apart")
    func mappedIsDistinct() throws {
        #expect(try #require(IPAddress("::ffff:10.0.0.1")) != #require(IPAddress("10.0.0.1")))
    }

    @Test("neither family's text is nothing", arguments: ["", "localhost", "10.0.0", "10.0.0.0/8", "[::1]"])
    func refuses(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test("IPv4 comes before IPv6, each by number")
    func order() throws {
        let texts = ["255.255.255.255", "::", "9.0.0.1", "::1", "10.0.0.0"]
        let sorted = try texts.map { try #require(IPAddress($0)) }.sorted().map(\.description)
        #expect(sorted == ["9.0.0.1", "10.0.0.0", "255.255.255.255", "::", "::1"])
    }

    @Test("other counts of bytes are refused", arguments: [0, 1, 5, 15, 17])
    func refusesOtherCounts(count: Int) {
        #expect(IPAddress(bytes: [UInt8](repeating: 0, count: count)) == nil)
    }
}
