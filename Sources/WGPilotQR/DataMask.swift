/// One of the eight ways in which the modules of a symbol's data may be turned over (ISO/IEC 18004, 7.8.2, table 10), named
/// by what each looks like.
enum DataMask: Int, CaseIterable {
    case checkers, rows, columns, diagonals, blocks, grid, diamonds, meadow

    /// All of them repeat after so many rows, and after so many columns.
    static let period = 12

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
