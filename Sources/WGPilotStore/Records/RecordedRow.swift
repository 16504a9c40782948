import CSQLiteSession
import WGPilotCore

/// One row that a recorded transaction changed.
///
/// Safe: the pointer is private, and valid as long as the closure runs that ``ChangeRecording/read(_:)`` gives the row to;
/// it must not leave it.
@safe struct RecordedRow {
    /// A value of a column.
    enum Value: Hashable {
        case null
        case integer(Int64)
        case text(String)
        case blob([UInt8])
    }

    /// The table.
    let table: String
    /// What became of the row.
    let action: AuditChange.Action
    private let columns: Int32
    private let changes: UnsafeMutableRawPointer

    init(_ changes: UnsafeMutableRawPointer) throws {
        var name: UnsafePointer<CChar>?
        var columns: Int32 = 0
        var operation: Int32 = 0
        try ChangeRecording.check(unsafe wgp_changes_row(changes, &name, &columns, &operation))
        table = unsafe name.map { unsafe String(cString: $0) } ?? ""
        // SQLITE_DELETE, SQLITE_INSERT and SQLITE_UPDATE (https://sqlite.org/c3ref/c_alter_table.html).
        switch operation {
        case 9: action = .deleted
        case 18: action = .created
        case 23: action = .changed
        default: throw StoreError(.internal, "a recorded change is of an unknown kind")
        }
        self.columns = columns
        unsafe self.changes = unsafe changes
    }

    /// A value before or after; nil where there is none, or where the column stayed as it was and is no part of the key.
    func value(_ column: Int, after: Bool) throws -> Value? {
        guard after ? action != .deleted : action != .created, let index = Int32(exactly: column), index < columns
        else {
            return nil
        }
        var kind: Int32 = 0
        var number: Int64 = 0
        var bytes: UnsafeRawPointer?
        var count: Int32 = 0
        try ChangeRecording.check(
            unsafe wgp_changes_value(changes, after, index, &kind, &number, &bytes, &count))
        switch kind {
        case Int32(WGP_NULL): return .null
        case Int32(WGP_INTEGER): return .integer(number)
        case Int32(WGP_TEXT):
            return unsafe .text(
                String(decoding: UnsafeRawBufferPointer(start: bytes, count: Int(count)), as: UTF8.self))
        case Int32(WGP_BLOB): return unsafe .blob(Array(UnsafeRawBufferPointer(start: bytes, count: Int(count))))
        default: return nil
        }
    }
}
