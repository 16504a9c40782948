/// A Curve25519 public key: the identity of a peer.
public struct PublicKey: Hashable, Comparable, Sendable, CustomStringConvertible {
    // Four words instead of an array: keys are looked up by the ten thousand and must not cost an allocation each.
    private let word0: UInt64
    private let word1: UInt64
    private let word2: UInt64
    private let word3: UInt64

    /// Makes the key from its 32 bytes; nil for another count.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == KeyText.byteCount else { return nil }
        // Ten thousand keys are read for a list; one look at the storage is cheaper than 32 calls of an iterator.
        let words =
            bytes.withContiguousStorageIfAvailable { unsafe Self.words(of: $0) } ?? Self.words(of: Array(bytes))
        (word0, word1, word2, word3) = words
    }

    private static func words(of bytes: some RandomAccessCollection<UInt8>) -> (UInt64, UInt64, UInt64, UInt64) {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        for (index, byte) in bytes.enumerated() {
            switch index >> 3 {
            case 0: words.0 = words.0 << 8 | UInt64(byte)
            case 1: words.1 = words.1 << 8 | UInt64(byte)
            case 2: words.2 = words.2 << 8 | UInt64(byte)
            default: words.3 = words.3 << 8 | UInt64(byte)
            }
        }
        return words
    }

    /// Reads the base64 text that `wg pubkey` prints. Throws for anything else, and for the all-zero key, which no
    /// private key has and which the kernel refuses.
    public init(_ text: some StringProtocol) throws(InvalidValue) {
        guard let bytes = KeyText.decode(text), let key = PublicKey(bytes: bytes) else {
            throw InvalidValue("a key is 44 characters of base64, as `wg pubkey` prints it")
        }
        guard bytes.contains(where: { $0 != 0 }) else { throw InvalidValue("the all-zero key belongs to nobody") }
        self = key
    }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(KeyText.byteCount)
        append(to: &out)
        return out
    }

    /// The first four bytes, by which one key of a peer is told from the next.
    public var mark: UInt32 { UInt32(truncatingIfNeeded: word0 >> 32) }

    /// Appends the 32 bytes.
    func append(to out: inout [UInt8]) {
        append(word0, to: &out)
        append(word1, to: &out)
        append(word2, to: &out)
        append(word3, to: &out)
    }

    private func append(_ word: UInt64, to out: inout [UInt8]) {
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            out.append(UInt8(truncatingIfNeeded: word >> shift))
        }
    }

    /// The base64 text.
    public var description: String { KeyText.encode(bytes) }

    /// Orders by bytes.
    public static func < (left: Self, right: Self) -> Bool {
        (left.word0, left.word1, left.word2, left.word3) < (right.word0, right.word1, right.word2, right.word3)
    }
}
