/// The modules of a symbol, whose data can be masked in eight ways, of which the one is best that leaves the least that
/// readers stumble over (ISO/IEC 18004, 7.8).
///
/// libqrencode has the same, and makes the same choice; there it is nine tenths of the work of a symbol, module by module.
struct MaskedSymbol {
    /// Its dark modules, with rows as lines.
    private(set) var rows: BitMatrix
    /// The same with columns.
    private var columns: BitMatrix
    /// The modules that hold data.
    private let dataInRows: BitMatrix
    private let dataInColumns: BitMatrix
    private var mask: DataMask

    /// - Parameters:
    ///   - modules: Row by row, as libqrencode hands them out (qrencode.h, QRcode): the lowest bit of a dark module is 1, and
    ///     the highest one of a module that holds no data.
    ///   - mask: How they are masked.
    init(size: Int, modules: [UInt8], mask: DataMask) {
        rows = BitMatrix(size: size) { x, y in modules[y * size + x] & 1 == 1 }
        dataInRows = BitMatrix(size: size) { x, y in modules[y * size + x] & 0x80 == 0 }
        columns = rows.transposed
        dataInColumns = dataInRows.transposed
        self.mask = mask
    }

    /// Masks it in the way that leaves the lowest ``penalty``, the first where there are several.
    mutating func chooseMask() {
        var best = self
        var least = Int.max
        for mask in DataMask.allCases {
            change(to: mask)
            let penalty = penalty
            if penalty < least { (best, least) = (self, penalty) }
        }
        self = best
    }

    /// Masks it in another way, and tells readers so.
    private mutating func change(to other: DataMask) {
        for mask in [mask, other] {
            rows.toggle(DataMask.patterns[mask.rawValue].rows, where: dataInRows)
            columns.toggle(DataMask.patterns[mask.rawValue].columns, where: dataInColumns)
        }
        // ISO/IEC 18004, figure 25: it is there twice, the lowest bit beside the upper right finder and on the top.
        let format = mask.format ^ other.format
        for bit in 0..<15 where format >> bit & 1 == 1 {
            toggle(x: bit < 8 ? rows.size - 1 - bit : bit == 8 ? 7 : 14 - bit, y: 8)
            toggle(x: 8, y: bit < 6 ? bit : bit < 8 ? bit + 1 : rows.size - 15 + bit)
        }
        mask = other
    }

    private mutating func toggle(x: Int, y: Int) {
        rows.toggle(x, line: y)
        columns.toggle(y, line: x)
    }

    // MARK: - Penalties (ISO/IEC 18004, 7.8.3, table 11)

    /// What readers stumble over, in points.
    var penalty: Int {
        var dark = 0
        for word in 0..<rows.words {
            let start = rows.start(word)
            for line in 0..<rows.size { dark += rows.bits[start + line].nonzeroBitCount }
        }
        let area = rows.size * rows.size
        // In per cent, rounded; each five that are missing or too many cost ten.
        let share = (200 * dark + area) / area / 2
        return abs(share - 50) / 5 * 10 + Self.blocks(in: rows) * 3 + Self.runs(in: rows) + Self.runs(in: columns)
    }

    /// How many squares of two by two modules are of one colour.
    private static func blocks(in lines: BitMatrix) -> Int {
        let bits = lines.bits
        var count = 0
        for word in 0..<lines.words {
            let start = lines.start(word)
            let isLast = word == lines.words - 1
            let next = isLast ? start : lines.start(word + 1)
            // The last bit of a line has no neighbour.
            let used = isLast ? lines.used(word) >> 1 : .max
            for line in 0..<lines.size - 1 {
                let above = bits[start + line]
                let below = bits[start + line + 1]
                let aboveNext = above >> 1 | bits[next + line] << 63
                let belowNext = below >> 1 | bits[next + line + 1] << 63
                let differs = (above ^ below) | (above ^ aboveNext) | (above ^ belowNext)
                count += (~differs & used).nonzeroBitCount
            }
        }
        return count
    }

    /// The points of runs of one colour, five or more along a column of bits, and of what looks like a finder.
    private static func runs(in lines: BitMatrix) -> Int {
        let bits = lines.bits
        var points = 0
        for word in 0..<lines.words {
            let start = lines.start(word)
            let used = lines.used(word)
            var fiveBefore: UInt64 = 0
            for line in start..<start + lines.size {
                let dark = bits[line]
                let (next, third, fourth, fifth) = (bits[line + 1], bits[line + 2], bits[line + 3], bits[line + 4])
                if line + 4 < start + lines.size {
                    // A run of n costs n - 2: one for each five of it, and two where it begins.
                    let five = ~((dark ^ next) | (dark ^ third) | (dark ^ fourth) | (dark ^ fifth)) & used
                    points += five.nonzeroBitCount + 2 * (five & ~fiveBefore).nonzeroBitCount
                    fiveBefore = five
                }
                // Dark, light, three dark, light, dark, each run as long as that and no longer.
                let core = dark & ~next & third & fourth & fifth & ~bits[line + 5] & bits[line + 6]
                let finder = core & ~(bits[line - 1] | bits[line + 7])
                if finder != 0 {
                    let isLightBefore = ~(bits[line - 2] | bits[line - 3] | bits[line - 4])
                    let isLightBehind = ~(bits[line + 8] | bits[line + 9] | bits[line + 10])
                    points += 40 * (finder & (isLightBefore | isLightBehind)).nonzeroBitCount
                }
                // The same enlarged: six dark or more, with two light before. Few of them are worth a closer look.
                let six = dark & next & third & fourth & fifth & bits[line + 5] & ~(bits[line - 1] | bits[line - 2])
                if six & used != 0 {
                    let isTwice = bits[line - 3] & bits[line - 4] & ~(bits[line + 6] | bits[line + 7]) & bits[line + 8]
                    let isMore = ~bits[line - 3] & bits[line + 6] & bits[line + 7] & bits[line + 8]
                    var rest = six & (isTwice | isMore) & used
                    while rest != 0 {
                        let bit = word * 64 + rest.trailingZeroBitCount
                        if isEnlargedFinder(bit, from: line - start, in: lines) { points += 40 }
                        rest &= rest - 1
                    }
                }
            }
        }
        return points
    }

    /// Whether the dark run of a column of bits that begins in a line is the middle of what looks like a finder.
    private static func isEnlargedFinder(_ bit: Int, from line: Int, in lines: BitMatrix) -> Bool {
        func run(from line: Int, by step: Int, isDark: Bool) -> Int {
            var length = 0
            var line = line
            while (0..<lines.size).contains(line), lines[bit, line: line] == isDark {
                length += 1
                line += step
            }
            return length
        }
        let length = run(from: line, by: 1, isDark: true)
        let unit = length / 3
        guard length == unit * 3 else { return false }
        var isAlone = false
        for (edge, step) in [(line - 1, -1), (line + length, 1)] {
            guard run(from: edge, by: step, isDark: false) == unit,
                run(from: edge + unit * step, by: step, isDark: true) == unit
            else { return false }
            let outside = edge + 2 * unit * step
            let light = run(from: outside, by: step, isDark: false)
            // Around the symbol all is light.
            if light >= 4 * unit || !(0..<lines.size).contains(outside + light * step) { isAlone = true }
        }
        return isAlone
    }
}
