import FoundationEssentials
import Testing
import WGPilotTestSupport

@testable import WGPilotCore

@Suite("The text of keys")
struct KeyTextTests {
    @Test("keys are written and read as Foundation's base64 does it", arguments: 1...4 as ClosedRange<UInt64>)
    func agreesWithFoundation(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<2000 {
            let key = random.bytes(32)
            let text = Data(key).base64EncodedString()
            #expect(KeyText.encode(key) == text)
            #expect(KeyText.decode(text) == key)
        }
    }

    @Test("every value of a sextet has its own character, at every place")
    func alphabet() {
        // RFC 4648 §4, table 1.
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        for (value, character) in alphabet.enumerated() {
            let text = String(character) + String(repeating: "A", count: 42) + "="
            #expect(KeyText.decode(text)?.first == UInt8(value << 2))
            #expect(KeyText.decode(text).map(KeyText.encode) == text)
        }
    }

    // The last character before the padding bears four bits of the key; its two other bits must be zero, or one key had
    // four spellings and a comparison of texts would take them for four keys.
    @Test("of the 64 last characters only the 16 canonical ones are taken")
    func refusesNonCanonicalEnds() {
        let canonical = Set("AEIMQUYcgkosw048")
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        for character in alphabet {
            let text = String(repeating: "A", count: 42) + String(character) + "="
            #expect((KeyText.decode(text) != nil) == canonical.contains(character), "\(character)")
        }
    }

    @Test("a byte that is not of the alphabet is refused at every place")
    func refusesOtherCharacters() {
        let alphabet = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        let valid = Array(repeating: "A" as Character, count: 43)
        for value in 0..<128 as Range<UInt8> {
            let character = Character(Unicode.Scalar(value))
            if alphabet.contains(character) { continue }
            for place in 0..<43 {
                var text = valid
                text[place] = character
                #expect(KeyText.decode(String(text) + "=") == nil, "\(value) at \(place)")
            }
        }
        // Two bytes of UTF-8 in the place of two characters: the length is right, the bytes are not.
        #expect(KeyText.decode("é" + String(repeating: "A", count: 41) + "=") == nil)
        #expect(KeyText.decode(String(repeating: "A", count: 41) + "é=") == nil)
    }

    @Test(
        "other lengths, other padding, spaces and the URL alphabet are refused",
        arguments: [
            "", "=", "AAAA", String(repeating: "A", count: 43), String(repeating: "A", count: 44),
            String(repeating: "A", count: 42) + "==", String(repeating: "A", count: 47) + "=",
            String(repeating: "A", count: 43) + "= ", " " + String(repeating: "A", count: 43) + "=",
            String(repeating: "A", count: 43) + "=\n", String(repeating: "-", count: 42) + "A=",
            String(repeating: "_", count: 42) + "A=", "=" + String(repeating: "A", count: 43),
            String(repeating: "00", count: 32), String(repeating: "A", count: 1 << 20),
        ])
    func refuses(text: String) {
        #expect(KeyText.decode(text) == nil)
    }

    @Test("wiping leaves zeros of the same number")
    func wiping() {
        var bytes: [UInt8] = [1, 2, 3, 255]
        wipe(&bytes)
        #expect(bytes == [0, 0, 0, 0])
        var none: [UInt8] = []
        wipe(&none)
        #expect(none.isEmpty)
    }
}
