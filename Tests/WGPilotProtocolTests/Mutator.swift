import WGPilotTestSupport

/// Damages bytes as chance, or somebody who knows the format, would.
struct Mutator: CustomStringConvertible {
    private let seeds: [[UInt8]]
    private var generator = SeededGenerator()

    /// Heads and lengths that are worth a try anywhere.
    private static let tokens: [[UInt8]] = [
        hex("9bffffffffffffffff"), hex("bb7fffffffffffffff"), hex("5affffffff"), hex("7b8000000000000000"),
        hex("9a00ffffff"), hex("1bffffffffffffffff"), hex("3bffffffffffffffff"), hex("3b7fffffffffffffff"), hex("f6"),
        hex("9f"), hex("bf"), hex("ff"), hex("c0"), hex("f97e00"), hex("fb7ff8000000000001"), hex("1800"), hex("f818"),
        hex("00000000"), hex("00000006"), hex("ffffffff"), hex("00400000"), hex("00400001"), hex("80"), hex("a0"),
    ]

    init(seeds: [[UInt8]]) {
        self.seeds = seeds.filter { !$0.isEmpty }
    }

    var description: String { "\(generator)" }

    mutating func next() -> [UInt8] {
        var bytes = seed()
        for _ in 0..<Int.random(in: 1...4, using: &generator) { damage(&bytes) }
        return bytes
    }

    private mutating func seed() -> [UInt8] {
        seeds.randomElement(using: &generator) ?? [0]
    }

    private mutating func damage(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else {
            bytes = seed()
            return
        }
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0...9, using: &generator) {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &generator)
        case 1: bytes[place] = UInt8.random(in: .min ... .max, using: &generator)
        case 2: bytes.removeLast(bytes.count - place)
        case 3: bytes.insert(contentsOf: generator.bytes(Int.random(in: 1...8, using: &generator)), at: place)
        case 4:
            let other = seed()
            bytes.replaceSubrange(place..., with: other.suffix(Int.random(in: 0...other.count, using: &generator)))
        case 5:
            let token = Self.tokens.randomElement(using: &generator) ?? []
            bytes.replaceSubrange(place..<min(bytes.count, place + token.count), with: token)
        case 6: bytes.insert(contentsOf: Self.tokens.randomElement(using: &generator) ?? [], at: place)
        case 7: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...8, using: &generator)))
        case 8:
            // Another count, length or width of the number at the place, if a head it is.
            bytes[place] = bytes[place] & 0xe0 | UInt8.random(in: 0...31, using: &generator)
        default:
            let end = min(bytes.count, place + Int.random(in: 1...32, using: &generator))
            bytes.insert(contentsOf: bytes[place..<end], at: place)
        }
    }
}
