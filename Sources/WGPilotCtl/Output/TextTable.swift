/// A table for people: columns padded to their widest cell.
struct TextTable {
    private let headers: [String]
    private let rightAligned: Set<Int>
    private var rows: [[String]] = []

    /// Makes an empty table; the columns named are aligned to the right.
    init(_ headers: [String], rightAligned: Set<Int> = []) {
        self.headers = headers
        self.rightAligned = rightAligned
    }

    /// Adds a row; it has as many cells as there are headers.
    mutating func append(_ cells: [String]) {
        rows.append(cells)
    }

    /// The text, ended by a line break; the headers alone where there is no row.
    func rendered() -> String {
        var widths = headers.map(DisplayWidth.of)
        for row in rows {
            for (column, cell) in row.enumerated() { widths[column] = max(widths[column], DisplayWidth.of(cell)) }
        }
        var out = ""
        out.reserveCapacity((rows.count + 1) * (widths.reduce(0, +) + 2 * widths.count))
        for row in [headers] + rows {
            for (column, cell) in row.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - DisplayWidth.of(cell))
                if rightAligned.contains(column) {
                    out += padding
                    out += cell
                } else {
                    out += cell
                    // No blanks at the end of a line.
                    if column < row.count - 1 { out += padding }
                }
                if column < row.count - 1 { out += "  " }
            }
            out += "\n"
        }
        return out
    }
}
