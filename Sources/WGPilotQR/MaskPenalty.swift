/// What readers stumble over in some symbols of one size, counted in all of them at once, 64 modules at a time
/// (ISO/IEC 18004, 7.8.3, table 11).
struct MaskPenalty {
    /// A word of bits of each symbol.
    typealias Lanes = BitTally.Words

    /// The lines of the symbols, as words.
    struct Lines {
        /// Light lines before the first and behind the last, so that there is something to look at there.
        private static let before = 4
        private static let behind = 10

        /// How many lines there are, and how many bits each has.
        let size: Int
        /// First the first words of all lines, then the second ones, and so on.
        private(set) var words: [Lanes]

        init(size: Int, _ word: (_ word: Int, _ line: Int) -> Lanes) {
            self.size = size
            words = Array(repeating: .zero, count: (size + 63) / 64 * (Self.before + size + Self.behind))
            for index in 0..<wordsInLine {
                let start = lines(index).lowerBound
                for line in 0..<size { words[start + line] = word(index, line) }
            }
        }

        /// How many words each line has.
        var wordsInLine: Int { (size + 63) / 64 }

        /// Where in ``words`` a word of each line is.
        func lines(_ word: Int) -> Range<Int> {
            let start = word * (Self.before + size + Self.behind) + Self.before
            return start..<start + size
        }

        /// Which bits of a word are part of a line.
        func used(_ word: Int) -> Lanes {
            Lanes(repeating: word * 64 + 64 <= size ? .max : (1 << UInt64(size % 64)) - 1)
        }

        mutating func toggle(_ bit: Int, line: Int, _ lanes: Lanes) {
            words[lines(bit / 64).lowerBound + line] ^= lanes &<< UInt64(bit % 64)
        }
    }

    private var rows: Lines
    private var columns: Lines

    /// The dark modules are ones; the symbols are there twice, with rows as lines and with columns.
    init(rows: Lines, columns: Lines) {
        self.rows = rows
        self.columns = columns
    }

    /// Turns over a module of the symbols whose lane is 1.
    mutating func toggle(x: Int, y: Int, _ lanes: Lanes) {
        rows.toggle(x, line: y, lanes)
        columns.toggle(y, line: x, lanes)
    }

    /// The dark modules of one of the symbols.
    func symbol(_ lane: Int) -> BitMatrix {
        BitMatrix(size: rows.size) { word, line in rows.words[rows.lines(word).lowerBound + line][lane] }
    }

    /// The points of each symbol: the fewer, the better.
    var points: BitTally.Counts {
        var dark = BitTally()
        for word in 0..<rows.wordsInLine {
            for line in rows.lines(word) { dark.add(rows.words[line]) }
        }
        let area = rows.size * rows.size
        // In per cent, rounded; each five that are missing or too many cost ten.
        let share = (200 &* dark.total &+ area) / (2 &* area)
        let imbalance = share &- 50
        let distance = imbalance.replacing(with: 0 &- imbalance, where: imbalance .< 0)
        return distance / 5 &* 10 &+ 3 &* blocks &+ Self.runs(in: rows) &+ Self.runs(in: columns)
    }

    /// How many squares of two by two modules are of one colour.
    private var blocks: BitTally.Counts {
        let words = rows.words
        var tally = BitTally()
        for word in 0..<rows.wordsInLine {
            let isLast = word == rows.wordsInLine - 1
            // The last bit of a line has no neighbour.
            let used = isLast ? rows.used(word) &>> 1 : rows.used(word)
            let next = isLast ? 0 : rows.lines(word + 1).lowerBound - rows.lines(word).lowerBound
            for line in rows.lines(word).dropLast() {
                let (above, below) = (words[line], words[line + 1])
                let aboveNext = above &>> 1 | words[line + next] &<< 63
                let belowNext = below &>> 1 | words[line + next + 1] &<< 63
                tally.add(~((above ^ below) | (above ^ aboveNext) | (above ^ belowNext)) & used)
            }
        }
        return tally.total
    }

    /// The points of runs of one colour, five or more along a column of bits, and of what looks like a finder.
    private static func runs(in lines: Lines) -> BitTally.Counts {
        let words = lines.words
        var runs = BitTally()
        var finders = BitTally()
        var enlarged = BitTally.Counts.zero
        for word in 0..<lines.wordsInLine {
            let used = lines.used(word)
            let all = lines.lines(word)
            var fiveBefore = Lanes.zero
            for line in all {
                let dark = words[line]
                let (second, third, fourth, fifth) = (
                    words[line + 1], words[line + 2], words[line + 3], words[line + 4]
                )
                if line + 4 < all.upperBound {
                    // A run of n costs n - 2: one for each five of it, and two where it begins.
                    let five = ~((dark ^ second) | (dark ^ third) | (dark ^ fourth) | (dark ^ fifth)) & used
                    runs.add(five, andTwice: five & ~fiveBefore)
                    fiveBefore = five
                }
                // Dark, light, three dark, light, dark, each run as long as that and no longer.
                let middle = third & fourth & fifth
                let finder =
                    dark & ~second & middle & ~words[line + 5] & words[line + 6] & ~(words[line - 1] | words[line + 7])
                if finder != .zero {
                    let isLightBefore = ~(words[line - 2] | words[line - 3] | words[line - 4])
                    let isLightBehind = ~(words[line + 8] | words[line + 9] | words[line + 10])
                    finders.add(finder & (isLightBefore | isLightBehind))
                }
                // The same enlarged: six dark or more, with two light before. Few of them are worth a closer look.
                let six = dark & second & middle & words[line + 5] & ~(words[line - 1] | words[line - 2]) & used
                if six != .zero {
                    let isTwice =
                        words[line - 3] & words[line - 4] & ~(words[line + 6] | words[line + 7]) & words[line + 8]
                    let isMore = ~words[line - 3] & words[line + 6] & words[line + 7] & words[line + 8]
                    let worthwhile = six & (isTwice | isMore)
                    for lane in worthwhile.indices {
                        var rest = worthwhile[lane]
                        while rest != 0 {
                            let bit = word * 64 + rest.trailingZeroBitCount
                            if isEnlargedFinder(bit, lane, from: line - all.lowerBound, in: lines) {
                                enlarged[lane] += 1
                            }
                            rest &= rest - 1
                        }
                    }
                }
            }
        }
        return runs.total &+ 40 &* (finders.total &+ enlarged)
    }

    /// Whether the dark run of a column of bits that begins in a line is the middle of what looks like a finder.
    private static func isEnlargedFinder(_ bit: Int, _ lane: Int, from line: Int, in lines: Lines) -> Bool {
        let start = lines.lines(bit / 64).lowerBound
        func run(from line: Int, by step: Int, isDark: Bool) -> Int {
            var length = 0
            var line = line
            while (0..<lines.size).contains(line),
                (lines.words[start + line][lane] >> UInt64(bit % 64) & 1 == 1) == isDark
            {
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
