import Testing
import WGPilotCore

@Suite("Preshared keys")
struct PresharedKeyTests {
    @Test("a key of wg genpsk comes back as it was")
    func roundTrip() throws {
        let text = KeyVector.capturedPresharedKey
        let key = try PresharedKey(text)
        #expect(key.revealed == text)
        #expect(PresharedKey(bytes: key.withBytes { $0 }) == key)
        #expect(try key != PresharedKey(KeyVector.alice.publicKey))
    }

    // linux/wireguard.h: WGPEER_A_PRESHARED_KEY, all zeros to remove. Taken as a key it would silently be none.
    @Test("the all-zero key is refused, in bytes and in text")
    func refusesZero() {
        #expect(PresharedKey(bytes: [UInt8](repeating: 0, count: 32)) == nil)
        #expect(throws: InvalidValue.self) { try PresharedKey(String(repeating: "A", count: 43) + "=") }
    }

    @Test("other counts of bytes are refused", arguments: [0, 31, 33])
    func refusesOtherCounts(count: Int) {
        #expect(PresharedKey(bytes: [UInt8](repeating: 1, count: count)) == nil)
    }

    @Test("fresh keys differ and `wg` could have made them")
    func generated() throws {
        let keys = (0..<16).map { _ in PresharedKey.generate() }
        #expect(Set(keys.map(\.revealed)).count == keys.count)
        for key in keys { #expect(try PresharedKey(key.revealed) == key) }
    }

    @Test("a refused text is not repeated in the error")
    func errorHoldsNoKey() throws {
        let slip = KeyVector.capturedPresharedKey + "x"
        let error = try #require(throws: InvalidValue.self) { try PresharedKey(slip) }
        #expect(!error.message.contains(slip.prefix(8)))
    }

    @Test("no way of printing shows the key")
    func redaction() throws {
        let key = try PresharedKey(KeyVector.capturedPresharedKey)
        let printed = Printed.everyWay(key)
        for text in printed {
            #expect(!Printed.shows(text, secret: KeyVector.capturedPresharedKey, bytes: key.withBytes { $0 }))
        }
        #expect(printed.first == "<preshared key>")
    }

    @Test("the proof of the redaction tests: a type that does not redact is found out")
    func redactionTestCanFail() throws {
        struct Leaky {
            var text = KeyVector.capturedPresharedKey
        }
        #expect(
            Printed.everyWay(Leaky()).contains {
                Printed.shows($0, secret: KeyVector.capturedPresharedKey, bytes: [UInt8](repeating: 9, count: 32))
            })
    }
}
