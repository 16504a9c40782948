/// A table for people: columns padded to their widest cell.
struct TextTable {
    private let headers: [String]
    private let rightAligned: Set<Int>
    private let leftOutFirst: [String]
    private var widths: [Int]
    private var cells: [(text: String, width: Int)] = []

    /// Makes an empty table.
    ///
    /// - Parameters:
    ///   - rightAligned: The columns that are aligned to the right, by their places.
    ///   - leftOutFirst: The columns that a narrow terminal lacks, by their headers, the least important first.
    init(_ headers: [String], rightAligned: Set<Int> = [], leftOutFirst: [String] = []) {
        self.headers = headers
        self.rightAligned = rightAligned
        self.leftOutFirst = leftOutFirst
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
    ///
    /// - Parameter columns: How many cells a line may have; nil where no terminal shows it. What is too wide loses the
    ///   columns in ``leftOutFirst``, in their order, then the longest texts lose their ends. Numbers are never cut.
    func rendered(columns: Int? = nil) -> String {
        var shown = Array(widths.indices)
        var widths = self.widths
        if let columns { fit(into: columns, &shown, &widths) }
        let blanks = widths.map { Array(repeating: UInt8(ascii: " "), count: $0) }
        let last = shown.last
        let isShown = widths.indices.map { shown.contains($0) }
        var out: [UInt8] = []
        out.reserveCapacity(cells.count / max(widths.count, 1) * (widths.reduce(0, +) + 2 * widths.count))
        var column = 0
        for cell in cells {
            if isShown[column] {
                let (text, width) = cell.width > widths[column] ? Self.cut(cell.text, to: widths[column]) : cell
                let padding = blanks[column].prefix(widths[column] - width)
                if rightAligned.contains(column) { out += padding }
                out += text.utf8
                // No blanks at the end of a line.
                if column == last {
                    out.append(UInt8(ascii: "\n"))
                } else {
                    if !rightAligned.contains(column) { out += padding }
                    out.append(UInt8(ascii: " "))
                    out.append(UInt8(ascii: " "))
                }
            }
            column = column == widths.count - 1 ? 0 : column + 1
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// Leaves columns out and makes others narrower until a line has room.
    private func fit(into columns: Int, _ shown: inout [Int], _ widths: inout [Int]) {
        func excess() -> Int { shown.reduce(0) { $0 + widths[$1] } + 2 * (shown.count - 1) - columns }
        for title in leftOutFirst {
            if excess() <= 0 { return }
            shown.removeAll { headers[$0] == title }
        }
        while excess() > 0 {
            let texts = shown.filter { !rightAligned.contains($0) && widths[$0] > Self.narrowest }
            guard let widest = texts.max(by: { widths[$0] < widths[$1] }) else {
                // A terminal that holds next to nothing keeps what stands first.
                if shown.count == 1 {
                    widths[shown[0]] = min(widths[shown[0]], columns)
                    return
                }
                shown.removeLast()
                continue
            }
            // Cell by cell, so that several long texts share the loss.
            widths[widest] -= 1
        }
    }

    /// A text that is shorter says nothing.
    private static let narrowest = 4

    private static func cut(_ text: String, to cells: Int) -> (text: String, width: Int) {
        let cut = DisplayWidth.cut(text, to: max(cells - 1, 0)) + (cells > 0 ? "…" : "")
        return (cut, DisplayWidth.of(cut))
    }
}
