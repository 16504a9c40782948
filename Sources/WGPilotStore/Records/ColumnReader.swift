import GRDB
import WGPilotCore

/// Reads the columns of one row by position. Whatever is not a valid value is reported as damage of the database: a row
/// is no more trusted than any other bytes from a disk.
struct ColumnReader {
    let row: Row
    let table: String
    var id: Int64?

    func int64(_ index: Int, _ column: String) throws -> Int64 {
        try row.decode(Int64.self, atIndex: index)
    }

    func bool(_ index: Int) throws -> Bool {
        try row.decode(Int64.self, atIndex: index) != 0
    }

    func int<Value: FixedWidthInteger>(
        _ index: Int, _ column: String, in range: ClosedRange<Value>
    ) throws -> Value {
        guard let value = try Value(exactly: row.decode(Int64.self, atIndex: index)), range.contains(value) else {
            throw damaged(column)
        }
        return value
    }

    func optionalInt(_ index: Int, _ column: String, in range: ClosedRange<Int>) throws -> Int? {
        row.hasNull(atIndex: index) ? nil : try int(index, column, in: range)
    }

    func text(_ index: Int) throws -> String {
        try row.decode(String.self, atIndex: index)
    }

    /// A value that a text makes, by an initialiser that throws.
    func value<Value>(_ index: Int, _ column: String, _ make: (String) throws -> Value) throws -> Value {
        let text = try text(index)
        guard let value = try? make(text) else { throw damaged(column) }
        return value
    }

    func optionalValue<Value>(_ index: Int, _ column: String, _ make: (String) throws -> Value) throws -> Value? {
        row.hasNull(atIndex: index) ? nil : try value(index, column, make)
    }

    /// The elements of a list, each made by an initialiser that throws.
    func list<Element>(_ index: Int, _ column: String, _ make: (String) throws -> Element) throws -> [Element] {
        let text = try text(index)
        if text == TextList.empty { return [] }
        guard let list = TextList.decode(text), let elements = try? list.map(make) else { throw damaged(column) }
        return elements
    }

    func publicKey(_ index: Int, _ column: String) throws -> PublicKey {
        guard let key = try row.withUnsafeData(atIndex: index, { $0.flatMap { PublicKey(bytes: $0) } }) else {
            throw damaged(column)
        }
        return key
    }

    func damaged(_ column: String) -> StoreError {
        .corrupt(table: table, column: column, id: id)
    }
}
