/// Columns of a chart, drawn with the block elements of Unicode: eight steps a cell.
struct HistoryChart {
    /// A column; nil is a gap, in which nobody looked.
    let values: [UInt64?]
    /// How many cells it is high.
    let height: Int
    /// How many cells a column is wide.
    let barWidth: Int

    private static let blocks = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
    /// What stands for a gap at the foot of the chart.
    static let gap = "·"
    /// The cells of a label at the side.
    static let labelWidth = 12

    /// The lines from top to bottom, each with what it stands for at its left.
    var lines: [String] {
        let top = values.compactMap(\.self).max() ?? 0
        return (0..<height).map { row in
            let label = row == 0 ? HumanText.bytes(top) : row == height - 1 ? "0 B" : ""
            let padding = String(repeating: " ", count: Self.labelWidth - label.count)
            let cells = values.map { value in
                String(repeating: cell(value, row: row, top: top), count: barWidth)
            }
            var line = "\(padding)\(label) ┤" + cells.joined()
            while line.last == " " { line.removeLast() }
            return line
        }
    }

    private func cell(_ value: UInt64?, row: Int, top: UInt64) -> String {
        let isLowest = row == height - 1
        guard let value else { return isLowest ? Self.gap : " " }
        if value == 0 || top == 0 { return " " }
        // A byte is more than none, and is seen as such.
        let eighths = max(1, Int((Double(value) / Double(top) * Double(height * 8)).rounded()))
        return Self.blocks[min(max(eighths - (height - 1 - row) * 8, 0), 8)]
    }
}
