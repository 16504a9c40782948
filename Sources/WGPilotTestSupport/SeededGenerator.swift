/// SplitMix64: a generator that gives the same numbers for the same seed, so that a failed random test can be run again.
/// The algorithm is the public-domain one of Sebastiano Vigna (<https://prng.di.unimi.it/splitmix64.c>).
public struct SeededGenerator: RandomNumberGenerator, Sendable, CustomStringConvertible {
    /// The seed, for the message of a test that fails.
    public let seed: UInt64
    private var state: UInt64

    /// Makes a generator.
    ///
    /// - Parameter seed: Where to start; a random one where none is given.
    public init(seed: UInt64 = .random(in: .min ... .max)) {
        self.seed = seed
        state = seed
    }

    /// The next number.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// The next bytes.
    public mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<max(0, count)).map { _ in UInt8.random(in: .min ... .max, using: &self) }
    }

    /// The seed, as it stands in the message of a test that fails.
    public var description: String { "seed \(seed)" }
}
