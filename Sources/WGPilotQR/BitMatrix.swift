/// A square of bits, line by line.
struct BitMatrix {
    /// How many lines there are, and how many bits each has: 1 or more.
    let size: Int

    /// First the first words of all lines, then the second ones, and so on.
    private var words: [UInt64] = []

    /// - Parameter bits: 64 bits of a line, the first one lowest; those behind the line's end are zeros.
    init(size: Int, _ bits: (_ word: Int, _ line: Int) -> UInt64) {
        self.size = size
        words.reserveCapacity(wordsInLine * size)
        for word in 0..<wordsInLine {
            for line in 0..<size { words.append(bits(word, line)) }
        }
    }

    /// - Parameters:
    ///   - bytes: Line by line, one for each bit.
    ///   - bit: Which bit of them it is, 0 being the lowest.
    init(size: Int, bit: Int, of bytes: [UInt8]) {
        precondition(bytes.count == size * size)
        self = unsafe bytes.withUnsafeBytes { bytes in
            BitMatrix(size: size) { word, line in
                let start = line * size + word * 64
                let count = min(64, size - word * 64)
                var bits: UInt64 = 0
                var index = 0
                while index + 8 <= count {
                    // The lowest bits of eight bytes come together in the highest byte of this product.
                    let eight = unsafe UInt64(
                        littleEndian: bytes.loadUnaligned(fromByteOffset: start + index, as: UInt64.self))
                    let ones = eight >> UInt64(bit) & 0x0101_0101_0101_0101
                    bits |= ((ones &* 0x0102_0408_1020_4080) >> 56) << UInt64(index)
                    index += 8
                }
                while index < count {
                    bits |= UInt64(unsafe bytes[start + index] >> UInt8(bit) & 1) << UInt64(index)
                    index += 1
                }
                return bits
            }
        }
    }

    /// How many words each line has.
    var wordsInLine: Int { (size + 63) / 64 }

    /// A bit of a line.
    subscript(bit: Int, line line: Int) -> Bool { self[word: bit / 64, line: line] >> UInt64(bit % 64) & 1 == 1 }

    /// 64 bits of a line, the first one lowest.
    subscript(word word: Int, line line: Int) -> UInt64 {
        get { words[word * size + line] }
        set { words[word * size + line] = newValue }
    }

    /// The same with each line's bits as the first, second, third bit of all lines.
    var transposed: BitMatrix {
        var result = self
        for word in 0..<wordsInLine {
            for other in 0..<wordsInLine {
                var square = (0..<64).map { $0 + other * 64 < size ? self[word: word, line: other * 64 + $0] : 0 }
                Self.transpose(&square)
                for line in 0..<min(64, size - word * 64) { result[word: other, line: word * 64 + line] = square[line] }
            }
        }
        return result
    }

    /// Transposes 64 words as lines of bits: halves change places, then quarters, and so on (H. S. Warren, Hacker's Delight,
    /// 7-3).
    private static func transpose(_ square: inout [UInt64]) {
        var width = 32
        var mask: UInt64 = 0xFFFF_FFFF
        while width > 0 {
            var line = 0
            while line < 64 {
                let differs = (square[line] >> UInt64(width) ^ square[line + width]) & mask
                square[line] ^= differs << UInt64(width)
                square[line + width] ^= differs
                line = (line + width + 1) & ~width
            }
            width /= 2
            mask ^= mask << UInt64(width)
        }
    }
}
