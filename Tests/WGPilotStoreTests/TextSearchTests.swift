import CTextSearch
import Testing
import WGPilotTestSupport

@Suite struct TextSearchTests {
    private static func find(_ needle: [UInt8], _ rare: [Int], in bytes: [UInt8]) -> Int {
        unsafe bytes.withUnsafeBytes { bytes in
            unsafe needle.withUnsafeBytes { needle in
                unsafe wgp_text_find(
                    bytes.baseAddress, bytes.count, needle.baseAddress, needle.count, rare)
            }
        }
    }

    private static func isPlace(_ place: Int, of needle: [UInt8], in bytes: [UInt8]) -> Bool {
        bytes[place..<place + needle.count].elementsEqual(needle)
    }

    /// Catches a text that is missed, or found where it is not or is not the first, around the ends of what is looked at
    /// in one step; by whichever three bytes it is looked for.
    @Test func itFindsTheFirstPlaceAsOneThatLooksAtAllOfThemDoes() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        var found = 0
        for round in 0..<20_000 {
            // Few different bytes, so that most of the places that come near are not the right ones.
            let letters: ClosedRange<UInt8> = 0x61...(round % 2 == 0 ? 0x62 : 0x66)
            let bytes = (0..<Int.random(in: 0...300, using: &generator)).map { _ in
                UInt8.random(in: letters, using: &generator)
            }
            let needle = (0..<Int.random(in: 1...12, using: &generator)).map { _ in
                UInt8.random(in: letters, using: &generator)
            }
            let expected =
                bytes.count < needle.count
                ? nil : (0...bytes.count - needle.count).first { Self.isPlace($0, of: needle, in: bytes) }
            let rare = (0..<Int(WGP_TEXT_RARE)).map { _ in Int.random(in: needle.indices, using: &generator) }
            let place = Self.find(needle, rare, in: bytes)
            #expect(place == expected ?? -1, "\(needle) in \(bytes), seed \(seed), round \(round)")
            if expected != nil { found += 1 }
        }
        #expect((5000..<15_000).contains(found))
    }

    /// Catches a read behind the end, where there is nothing, or less than is looked for.
    @Test func nothingIsFoundInNothingButNothing() {
        #expect(Self.find([], [0, 0, 0], in: []) == 0)
        #expect(Self.find([], [0, 0, 0], in: [1]) == 0)
        #expect(Self.find([1], [0, 0, 0], in: []) == -1)
        #expect(Self.find([1, 1], [0, 0, 0], in: [1]) == -1)
    }
}
