import Testing
import WGPilotCore

@Suite("Private keys")
struct PrivateKeyTests {
    @Test("the public key is the one that others computed", arguments: KeyVector.all)
    func publicKey(vector: KeyVector) throws {
        let key = try PrivateKey(vector.privateKey)
        #expect(key.publicKey.description == vector.publicKey)
    }

    @Test("an unclamped key becomes the clamped one, as RFC 7748 §5 has it, and keeps its public key")
    func clamping() throws {
        // RFC 7748 §6.1, Alice's private key, which is not clamped.
        let raw: [UInt8] = [
            0x77, 0x07, 0x6D, 0x0A, 0x73, 0x18, 0xA5, 0x7D, 0x3C, 0x16, 0xC1, 0x72, 0x51, 0xB2, 0x66, 0x45, 0xDF, 0x4C,
            0x2F, 0x87, 0xEB, 0xC0, 0x99, 0x2A, 0xB1, 0x77, 0xFB, 0xA5, 0x1D, 0xB9, 0x2C, 0x2A,
        ]
        let key = try #require(PrivateKey(bytes: raw))
        #expect(key.withBytes { $0 } == [0x70] + raw[1..<31] + [0x6A])
        #expect(key.publicKey.description == KeyVector.alice.publicKey)
    }

    @Test("a key of wg genkey comes back as it was: it is clamped already")
    func roundTrip() throws {
        let vector = KeyVector.captured
        let key = try PrivateKey(vector.privateKey)
        #expect(key.revealed == vector.privateKey)
        #expect(PrivateKey(bytes: key.withBytes { $0 }) == key)
    }

    @Test("`wg pubkey` agrees on fresh keys, which differ and are clamped")
    func agreesWithTheTools() async throws {
        var seen: Set<PublicKey> = []
        for _ in 0..<16 {
            let key = PrivateKey.generate()
            let raw = key.withBytes { $0 }
            #expect(raw[0] & 7 == 0)
            #expect(raw[31] & 0xC0 == 0x40)
            let outcome = try await WireGuardTools.run("wg", ["pubkey"], input: key.revealed + "\n")
            #expect(outcome.status == 0)
            #expect(outcome.output == key.publicKey.description + "\n")
            #expect(seen.insert(key.publicKey).inserted)
        }
    }

    @Test("other counts of bytes are refused", arguments: [0, 1, 31, 33, 64])
    func refusesOtherCounts(count: Int) {
        #expect(PrivateKey(bytes: [UInt8](repeating: 1, count: count)) == nil)
    }

    @Test("a refused text is not repeated in the error: it may be a key with a slip")
    func errorHoldsNoKey() throws {
        let slip = String(KeyVector.captured.privateKey.dropLast())
        let error = try #require(throws: InvalidValue.self) { try PrivateKey(slip) }
        #expect(!error.message.contains(slip.prefix(8)))
    }

    @Test("no way of printing shows the key")
    func redaction() throws {
        let vector = KeyVector.captured
        let key = try PrivateKey(vector.privateKey)
        let printed = Printed.everyWay(key)
        for text in printed { #expect(!Printed.shows(text, secret: vector.privateKey, bytes: key.withBytes { $0 })) }
        #expect(printed.first == "<private key>")
    }

    @Test("equal keys are equal, others are not")
    func equality() throws {
        #expect(try PrivateKey(KeyVector.alice.privateKey) == PrivateKey(KeyVector.alice.privateKey))
        #expect(try PrivateKey(KeyVector.alice.privateKey) != PrivateKey(KeyVector.bob.privateKey))
    }
}
