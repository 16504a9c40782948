/// The choice of the mask for a symbol's data: of the eight the one that leaves the least that readers stumble over
/// (ISO/IEC 18004, 7.8).
///
/// libqrencode makes the same choice; there it is nine tenths of the work of a symbol, module by module.
struct MaskChoice {
    private typealias Lanes = MaskPenalty.Lanes

    /// The mask that the symbol comes with.
    static let given = DataMask.checkers

    /// Masks that are tried at once, and in what they differ from the given one.
    private struct Group {
        /// What is turned over of the data, with rows as lines and with columns: the first words of all lines of a period, then
        /// the second ones, and so on.
        let rows: [Lanes]
        let columns: [Lanes]
        /// What is turned over of the format information: all of each bit, or nothing.
        let format: [Lanes]

        init(_ masks: ArraySlice<DataMask>) {
            func lanes(_ differs: (DataMask) -> UInt64) -> Lanes { Lanes(masks.map(differs)) }
            func pattern(_ turns: (DataMask, _ bit: Int, _ line: Int) -> Bool) -> [Lanes] {
                // The widest symbol has 177 modules a line.
                (0..<3).flatMap { word in
                    (0..<DataMask.period).map { line in
                        lanes { mask in
                            (0..<64).reduce(0) { bits, index in
                                let bit = word * 64 + index
                                let differs = turns(mask, bit, line) != turns(MaskChoice.given, bit, line)
                                return bits | (differs ? 1 : 0) << UInt64(index)
                            }
                        }
                    }
                }
            }
            rows = pattern { $0.turns(x: $1, y: $2) }
            columns = pattern { $0.turns(x: $2, y: $1) }
            format = (0..<15).map { bit in lanes { UInt64(($0.format ^ MaskChoice.given.format) >> bit & 1) } }
        }
    }

    private static let groups = stride(from: 0, to: DataMask.allCases.count, by: Lanes.scalarCount).map { first in
        Group(DataMask.allCases[first..<first + Lanes.scalarCount])
    }

    /// The dark modules with the given mask, with rows as lines.
    private let rows: BitMatrix
    /// The modules that hold data. With columns as lines they are the same: all that is not data lies alike on both sides of
    /// the diagonal (ISO/IEC 18004, 6.3).
    private let data: BitMatrix

    /// - Parameter modules: Row by row, as libqrencode hands them out (qrencode.h, QRcode): the lowest bit of a dark module
    ///   is 1, and the highest one of a module that holds no data.
    init(size: Int, modules: [UInt8]) {
        rows = BitMatrix(size: size, bit: 0, of: modules)
        data = BitMatrix(size: size, bit: 7, of: modules.map { ~$0 })
    }

    /// The dark modules with the mask of the lowest penalty, the first where there are several.
    var best: BitMatrix {
        let columns = rows.transposed
        var best: (symbols: MaskPenalty, lane: Int)?
        var least = Int.max
        for group in Self.groups {
            var symbols = MaskPenalty(rows: masked(rows, group.rows), columns: masked(columns, group.columns))
            for (bit, lanes) in group.format.enumerated() {
                let places = places(ofFormat: bit)
                symbols.toggle(x: places.left.x, y: places.left.y, lanes)
                symbols.toggle(x: places.right.x, y: places.right.y, lanes)
            }
            let points = symbols.points
            for lane in points.indices where points[lane] < least {
                least = points[lane]
                best = (symbols, lane)
            }
        }
        return best.map { $0.symbols.symbol($0.lane) } ?? rows
    }

    private func masked(_ matrix: BitMatrix, _ pattern: [Lanes]) -> MaskPenalty.Lines {
        MaskPenalty.Lines(size: matrix.size) { word, line in
            Lanes(repeating: matrix[word: word, line: line])
                ^ (Lanes(repeating: data[word: word, line: line])
                    & pattern[word * DataMask.period + line % DataMask.period])
        }
    }

    /// Where a bit of the format information is, the lowest being 0: beside the finder at the upper left, and shared between
    /// the two others (ISO/IEC 18004, figure 25).
    private func places(ofFormat bit: Int) -> (left: (x: Int, y: Int), right: (x: Int, y: Int)) {
        let size = rows.size
        return switch bit {
        case 0..<6: ((8, bit), (size - 1 - bit, 8))
        case 6, 7: ((8, bit + 1), (size - 1 - bit, 8))
        case 8: ((7, 8), (8, size - 7))
        default: ((14 - bit, 8), (8, size - 15 + bit))
        }
    }
}
