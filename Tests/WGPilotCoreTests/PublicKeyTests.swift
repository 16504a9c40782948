import Testing
import WGPilotCore

@Suite("Public keys")
struct PublicKeyTests {
    @Test("text and bytes come back as they were", arguments: KeyVector.all)
    func roundTrip(vector: KeyVector) throws {
        let key = try PublicKey(vector.publicKey)
        #expect(key.description == vector.publicKey)
        #expect(PublicKey(bytes: key.bytes) == key)
    }

    @Test("the bytes are in the order of the text")
    func bytes() throws {
        let bytes = (1...32).map { UInt8($0) }
        #expect(try #require(PublicKey(bytes: bytes)).bytes == bytes)
        // RFC 7748 §6.1: Alice's public key begins 85 20 f0 09.
        #expect(try PublicKey(KeyVector.alice.publicKey).bytes.prefix(4) == [0x85, 0x20, 0xF0, 0x09])
    }

    @Test("the all-zero key is nobody's")
    func refusesZero() {
        #expect(throws: InvalidValue.self) { try PublicKey(String(repeating: "A", count: 43) + "=") }
    }

    @Test(
        "broken texts are refused", arguments: ["", "laptop", "AAAA", "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTm=="])
    func refuses(text: String) {
        #expect(throws: InvalidValue.self) { try PublicKey(text) }
    }

    @Test("other counts of bytes are refused", arguments: [0, 31, 33])
    func refusesOtherCounts(count: Int) {
        #expect(PublicKey(bytes: [UInt8](repeating: 1, count: count)) == nil)
    }

    @Test("the order is that of the bytes, wherever the first difference is", arguments: 0..<32)
    func order(place: Int) throws {
        let base = [UInt8](repeating: 7, count: 32)
        var larger = base
        larger[place] = 200
        for later in 0..<32 where later > place { larger[later] = 0 }
        let low = try #require(PublicKey(bytes: base))
        let high = try #require(PublicKey(bytes: larger))
        #expect(low < high)
        #expect(!(high < low))
        #expect(low != high)
    }
}
