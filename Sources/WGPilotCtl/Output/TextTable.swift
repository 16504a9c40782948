/// A table for people: columns padded to their widest cell.
struct TextTable {
    private let headers: [String]
    private let rightAligned: Set<Int>
    private var widths: [Int]
    private var cells: [(text: String, width: Int)] = []

    /// Makes an empty table; the columns named are aligned to the right.
    init(_ headers: [String], rightAligned: Set<Int> = []) {
        self.headers = headers
        self.rightAligned = rightAligned
        widths = headers.map { _ in 0 }
        append(headers)
    }

    /// Adds a row; it has as many cells as there are headers.
    mutating func append(_ row: [String]) {
        for (column, cell) in row.enumerated() {
            let text = PrintableText.of(cell)
            let width = DisplayWidth.of(text)
            if width > widths[column] { widths[column] = width }
            cells.append((text, width))
        }
    }

    /// The text, ended by a line break; the headers alone where there is no row.
    func rendered() -> String {
        let blanks = widths.map { Array(repeating: UInt8(ascii: " "), count: $0) }
        var out: [UInt8] = []
        out.reserveCapacity(cells.count / max(widths.count, 1) * (widths.reduce(0, +) + 2 * widths.count))
        var column = 0
        for cell in cells {
            let padding = blanks[column].prefix(widths[column] - cell.width)
            let isLast = column == widths.count - 1
            if rightAligned.contains(column) { out += padding }
            out += cell.text.utf8
            // No blanks at the end of a line.
            if !rightAligned.contains(column), !isLast { out += padding }
            if isLast {
                out.append(UInt8(ascii: "\n"))
                column = 0
            } else {
                out.append(UInt8(ascii: " "))
                out.append(UInt8(ascii: " "))
                column += 1
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
