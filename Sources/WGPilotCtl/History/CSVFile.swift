/// A table as spreadsheets read it (RFC 4180).
enum CSVFile {
    /// The text of a table, whose first row names the columns.
    static func text(_ rows: [[String]]) -> String {
        rows.map { $0.map(field).joined(separator: ",") + "\r\n" }.joined()
    }

    /// Writes a table to a file that its owner alone can read, or to standard output with `-`.
    static func write(_ text: String, to path: String) throws {
        if path == "-" { return Terminal.print(text) }
        let output = try PrivateFile.Output(path)
        try output.append(Array(text.utf8))
        try output.commit()
    }

    private static func field(_ text: String) -> String {
        guard text.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return text }
        let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
        return "\"" + parts.joined(separator: "\"\"") + "\""
    }
}
