import Testing
import WGPilotTestSupport

@testable import WGPilotQR

@Suite struct MaskChoiceTests {
    /// Catches a mask that is not applied as readers take it off again, and a choice that is not the best: by both, a symbol
    /// differs from the one that libqrencode makes by itself.
    @Test func itIsTheSymbolThatLibqrencodeMakes() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        for round in 0..<400 {
            let count = Int.random(in: 1...(round % 8 == 0 ? 2331 : 300), using: &generator)
            let letters: ClosedRange<UInt8> = round % 3 == 0 ? 0x41...0x42 : 0x21...0x7E
            let text = String(
                decoding: (0..<count).map { _ in UInt8.random(in: letters, using: &generator) }, as: UTF8.self)
            for level in [QRCode.ErrorCorrection.medium, .low] {
                let ours = try QRCode.symbol(of: text, at: level)
                let theirs = try QRCode.symbol(of: text, at: level, isMaskOurs: false)
                #expect(Self.modules(ours) == Self.modules(theirs), "\(count) bytes, seed \(seed), round \(round)")
            }
        }
    }

    private static func modules(_ code: QRCode) -> [Bool] {
        (0..<code.size * code.size).map { code.isDark(x: $0 % code.size, y: $0 / code.size) }
    }

    /// Catches points that are miscounted where symbols rarely have something to count: long runs, finders of every size
    /// with light on either side or at the edge, and symbols that are nearly all dark or light.
    @Test func penaltiesAreThoseThatCountingModuleByModuleGives() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        var enlarged = 0
        for round in 0..<100 {
            let size = 21 + 4 * Int.random(in: 0...(round % 10 == 0 ? 39 : 14), using: &generator)
            // Those that are counted at once have nothing in common but their size.
            let symbols = (0..<MaskPenalty.Lanes.scalarCount).map { _ in Self.stripes(size, &generator) }
            let rows = symbols.map { BitMatrix(size: size, bit: 0, of: $0.map { $0 ? 1 : 0 }) }
            let columns = rows.map(\.transposed)
            let penalty = MaskPenalty(
                rows: .init(size: size) { word, line in .init(rows.map { $0[word: word, line: line] }) },
                columns: .init(size: size) { word, line in .init(columns.map { $0[word: word, line: line] }) })
            let points = penalty.points
            for (lane, modules) in symbols.enumerated() {
                let expected = Self.penalty(size, modules)
                #expect(points[lane] == expected.points, "size \(size), seed \(seed), round \(round), \(lane)")
                enlarged += expected.enlarged
            }
        }
        #expect(enlarged > 100)
    }

    /// Lines of runs, of which many are those of a finder, along rows or columns.
    private static func stripes(_ size: Int, _ generator: inout SeededGenerator) -> [Bool] {
        let alongColumns = Bool.random(using: &generator)
        let darkness = Int.random(in: 1...9, using: &generator)
        var lines: [[Bool]] = []
        while lines.count < size {
            var line: [Bool] = []
            while line.count < size {
                let unit = Int.random(in: 1...6, using: &generator)
                var runs = [1, 1, 3, 1, 1].map { $0 * unit }
                switch Int.random(in: 0..<6, using: &generator) {
                case 0: runs.insert(4 * unit, at: 0)
                case 1: runs.append(4 * unit)
                case 2: runs[Int.random(in: 0..<5, using: &generator)] += 1
                case 3: runs = [Int.random(in: 1...12, using: &generator)]
                default: runs = []
                }
                if runs.isEmpty {
                    line.append(Int.random(in: 0..<10, using: &generator) < darkness)
                } else {
                    var isDark = runs.count < 6 || runs[0] == unit
                    for run in runs {
                        line += Array(repeating: isDark, count: run)
                        isDark.toggle()
                    }
                }
            }
            line.removeLast(line.count - size)
            for _ in 0..<Int.random(in: 1...3, using: &generator) where lines.count < size { lines.append(line) }
        }
        return (0..<size * size).map { alongColumns ? lines[$0 % size][$0 / size] : lines[$0 / size][$0 % size] }
    }

    /// ISO/IEC 18004, 7.8.3, table 11, as it reads; what is outside the symbol is light.
    private static func penalty(_ size: Int, _ modules: [Bool]) -> (points: Int, enlarged: Int) {
        var points = 0
        var enlarged = 0
        for index in 0..<size {
            for line in [
                (0..<size).map { modules[index * size + $0] }, (0..<size).map { modules[$0 * size + index] },
            ] {
                var runs: [(isDark: Bool, length: Int)] = []
                for module in line {
                    if runs.last?.isDark == module {
                        runs[runs.count - 1].length += 1
                    } else {
                        runs.append((module, 1))
                    }
                }
                for run in runs where run.length >= 5 { points += 3 + run.length - 5 }
                for middle in runs.indices where runs[middle].isDark && runs[middle].length % 3 == 0 {
                    let unit = runs[middle].length / 3
                    let others = [middle - 2, middle - 1, middle + 1, middle + 2]
                    guard others.allSatisfy({ runs.indices.contains($0) && runs[$0].length == unit }) else { continue }
                    // The first and the last run go on outside.
                    let isAlone = [middle - 3, middle + 3].contains {
                        $0 <= 0 || $0 >= runs.count - 1 || runs[$0].length >= 4 * unit
                    }
                    if isAlone { points += 40 }
                    if isAlone && unit > 1 { enlarged += 1 }
                }
            }
        }
        for y in 0..<size - 1 {
            for x in 0..<size - 1 {
                let block =
                    [modules[y * size + x], modules[y * size + x + 1]]
                    + [modules[(y + 1) * size + x], modules[(y + 1) * size + x + 1]]
                if Set(block).count == 1 { points += 3 }
            }
        }
        let share = (Double(modules.count { $0 }) * 100 / Double(size * size)).rounded()
        return (points + abs(Int(share) - 50) / 5 * 10, enlarged)
    }
}
