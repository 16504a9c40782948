/// One of the eight ways in which the modules of a symbol's data may be turned over (ISO/IEC 18004, 7.8.2, table 10), named
/// by what each looks like.
enum DataMask: Int, CaseIterable {
    case checkers, rows, columns, diagonals, blocks, grid, diamonds, meadow

    /// What it turns over, as lines of bits for ``BitMatrix``.
    struct Pattern {
        /// All patterns repeat after so many rows, and after so many columns.
        private static let period = 12
        /// The widest symbol has 177 modules a line.
        private static let words = 3

        private var bits: [UInt64] = []

        /// - Parameter turns: Whether it turns over the bit of a line.
        init(_ turns: (_ bit: Int, _ line: Int) -> Bool) {
            for line in 0..<Self.period {
                for word in 0..<Self.words {
                    bits.append((0..<64).reduce(0) { $0 | (turns(word * 64 + $1, line) ? 1 : 0) << UInt64($1) })
                }
            }
        }

        /// A word of a line.
        subscript(line: Int, word: Int) -> UInt64 { bits[line % Self.period * Self.words + word] }
    }

    /// The patterns of all masks, with rows as lines and with columns.
    static let patterns = allCases.map { mask in
        (rows: Pattern { mask.turns(x: $0, y: $1) }, columns: Pattern { mask.turns(x: $1, y: $0) })
    }

    /// Whether it turns over a module, if that holds data.
    func turns(x: Int, y: Int) -> Bool {
        switch self {
        case .checkers: (x + y) % 2 == 0
        case .rows: y % 2 == 0
        case .columns: x % 3 == 0
        case .diagonals: (x + y) % 3 == 0
        case .blocks: (y / 2 + x / 3) % 2 == 0
        case .grid: x * y % 2 + x * y % 3 == 0
        case .diamonds: (x * y % 2 + x * y % 3) % 2 == 0
        case .meadow: ((x + y) % 2 + x * y % 3) % 2 == 0
        }
    }

    /// What it sets of the 15 bits of format information. The level of error correction sets others besides, the same for
    /// all masks: the code is linear (ISO/IEC 18004, 7.9.1 and annex C).
    var format: Int {
        // The remainder of a division by x¹⁰ + x⁸ + x⁵ + x⁴ + x² + x + 1.
        let generator = 0b101_0011_0111
        var remainder = rawValue << 10
        for bit in stride(from: 12, through: 10, by: -1) where remainder >> bit & 1 == 1 {
            remainder ^= generator << (bit - 10)
        }
        return rawValue << 10 | remainder
    }
}
