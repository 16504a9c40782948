import WGPilotCore

/// A table as spreadsheets save it (RFC 4180): a first line of names, then rows.
///
/// Fields are separated by commas or, where the first line has more of them, by semicolons or tabs. A field in quotes may
/// hold all of these, line breaks, and quotes that are doubled.
struct CSVTable {
    /// A row, without the fields that are empty.
    struct Row: Equatable {
        /// The line of the file that it begins in, from 1.
        var line: Int
        /// The fields by the names of their columns.
        var fields: [String: String]
    }

    /// The names of the columns.
    private(set) var columns: [String] = []
    /// The rows that have a field.
    private(set) var rows: [Row] = []

    /// Reads a table.
    ///
    /// - Throws: `CommandFault` that names the line of the first fault.
    init(_ text: String) throws(CommandFault) {
        // A byte order mark is what some spreadsheets begin with (RFC 3629 §6).
        var reader = Reader(
            Array(text.utf8.starts(with: [0xef, 0xbb, 0xbf]) ? text.utf8.dropFirst(3) : text.utf8[...]))
        columns = try reader.next()?.fields ?? []
        if columns.allSatisfy(\.isEmpty) { throw Self.fault(1, "the first line has no names of columns") }
        for (index, column) in columns.enumerated() where columns[..<index].contains(column) {
            throw Self.fault(1, "there are two columns \(column.quotedForMessage)")
        }
        while let record = try reader.next() {
            guard record.fields.contains(where: { !$0.isEmpty }) else { continue }
            guard record.fields.count <= columns.count else {
                throw Self.fault(
                    record.line, "\(record.fields.count) fields, where the first line names \(columns.count)")
            }
            let named = zip(columns, record.fields).filter { !$0.1.isEmpty }
            rows.append(Row(line: record.line, fields: Dictionary(named) { first, _ in first }))
        }
    }

    private static func fault(_ line: Int, _ what: String) -> CommandFault {
        CommandFault(status: .invalidArgument, message: "line \(line): \(what)")
    }

    /// Cuts the text into records.
    private struct Reader {
        private static let quote = UInt8(ascii: "\"")
        private static let lineFeed = UInt8(ascii: "\n")
        private static let carriageReturn = UInt8(ascii: "\r")

        private let bytes: [UInt8]
        private let separator: UInt8
        private var position = 0
        private var line = 1

        init(_ bytes: [UInt8]) {
            self.bytes = bytes
            let first = bytes.prefix { $0 != Self.lineFeed }
            func count(_ byte: UInt8) -> Int { first.count { $0 == byte } }
            separator =
                [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")].max { count($0) < count($1) } ?? 0x2c
        }

        mutating func next() throws(CommandFault) -> (line: Int, fields: [String])? {
            guard position < bytes.count else { return nil }
            let start = line
            var fields: [String] = []
            while true {
                fields.append(try field())
                guard position < bytes.count else { return (start, fields) }
                let end = bytes[position]
                position += 1
                if end == separator {
                    // A separator at the very end has an empty field behind it.
                    if position == bytes.count { return (start, fields + [""]) }
                    continue
                }
                if end == Self.carriageReturn, position < bytes.count, bytes[position] == Self.lineFeed {
                    position += 1
                }
                line += 1
                return (start, fields)
            }
        }

        private mutating func field() throws(CommandFault) -> String {
            guard position < bytes.count, bytes[position] == Self.quote else {
                let start = position
                while position < bytes.count, !isEnd(bytes[position]) {
                    guard bytes[position] != Self.quote else {
                        throw CSVTable.fault(line, "a quote inside a field that does not begin with one")
                    }
                    position += 1
                }
                return String(decoding: bytes[start..<position], as: UTF8.self).trimmed
            }
            let start = line
            position += 1
            var content: [UInt8] = []
            while position < bytes.count {
                let byte = bytes[position]
                position += 1
                if byte == Self.quote {
                    guard position < bytes.count, bytes[position] == Self.quote else {
                        guard position == bytes.count || isEnd(bytes[position]) else {
                            throw CSVTable.fault(line, "something stands behind the quote that ends a field")
                        }
                        return String(decoding: content, as: UTF8.self).trimmed
                    }
                    position += 1
                }
                if byte == Self.lineFeed { line += 1 }
                content.append(byte)
            }
            throw CSVTable.fault(start, "a field begins with a quote and has none at its end")
        }

        private func isEnd(_ byte: UInt8) -> Bool {
            byte == separator || byte == Self.lineFeed || byte == Self.carriageReturn
        }
    }
}

extension String {
    /// Without blanks at either end.
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
