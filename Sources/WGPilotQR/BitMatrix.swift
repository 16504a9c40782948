/// A square of bits, kept in such a way that 64 neighbours of one line are compared with those of the next at once.
struct BitMatrix {
    /// Lines of zeros before the first and behind the last, so that whoever looks at a line's neighbours finds some.
    static let linesBefore = 4
    static let linesBehind = 10

    /// How many lines there are, and how many bits each has: 1 or more.
    let size: Int

    /// First the first words of all lines, then the second ones: ``start(_:)``.
    private(set) var bits: [UInt64]

    /// - Parameter bit: A bit of a line.
    init(size: Int, _ bit: (_ bit: Int, _ line: Int) -> Bool) {
        self.size = size
        let words = (size + 63) / 64
        bits = Array(repeating: 0, count: words * (size + Self.linesBefore + Self.linesBehind))
        for word in 0..<words {
            let start = start(word)
            for line in 0..<size {
                var value: UInt64 = 0
                for index in word * 64..<min(size, word * 64 + 64) {
                    value |= (bit(index, line) ? 1 : 0) << UInt64(index % 64)
                }
                bits[start + line] = value
            }
        }
    }

    /// How many words each line has.
    var words: Int { (size + 63) / 64 }

    /// Where in ``bits`` a word of the first line is; that of the next line follows.
    func start(_ word: Int) -> Int { word * (size + Self.linesBefore + Self.linesBehind) + Self.linesBefore }

    /// Which bits of a word are part of a line.
    func used(_ word: Int) -> UInt64 { word * 64 + 64 <= size ? .max : (1 << UInt64(size % 64)) - 1 }

    /// A bit of a line.
    subscript(bit: Int, line line: Int) -> Bool {
        bits[start(bit / 64) + line] >> UInt64(bit % 64) & 1 == 1
    }

    /// Turns a bit of a line over.
    mutating func toggle(_ bit: Int, line: Int) {
        bits[start(bit / 64) + line] ^= 1 << UInt64(bit % 64)
    }

    /// The same with each line's bits as the first, second, third bit of all lines.
    var transposed: BitMatrix {
        var result = self
        for word in 0..<words {
            for other in 0..<words {
                var square = (0..<64).map { $0 + other * 64 < size ? bits[start(word) + other * 64 + $0] : 0 }
                Self.transpose(&square)
                for line in 0..<min(64, size - word * 64) {
                    result.bits[start(other) + word * 64 + line] = square[line]
                }
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

    /// Turns over the bits of a repeating pattern where another matrix has ones.
    mutating func toggle(_ pattern: DataMask.Pattern, where other: BitMatrix) {
        for word in 0..<words {
            let start = start(word)
            for line in 0..<size { bits[start + line] ^= pattern[line, word] & other.bits[start + line] }
        }
    }
}
