import CSQLiteSession
import FoundationEssentials
import GRDB

/// Records what a transaction changes, by SQLite's session extension: to take it back later, and to tell it in the audit
/// log.
///
/// Safe: the pointer is private, valid from the initialiser to the end, and the owner cannot be copied.
@safe struct ChangeRecording: ~Copyable {
    /// The tables of the desired state. What refers to a row comes before that row: changes are made in this order, so
    /// no deletion takes along what has its own place among the changes.
    ///
    /// `retiredInterface` is not among them: it tells of the kernel, and undoing derives it anew.
    ///
    /// The notes about a peer are among them, for they go with it, and are to come back with it.
    static let desiredState = [
        "pendingKey", "peerSighting", "fetchedConfiguration", "siteNetwork", "peerSecret", "networkSecret",
        "ignoredDrift", "accessRule", "bridge", "peer", "network",
    ]

    /// The tables of what is changed for good at once.
    static let others = ["ignoredDrift", "setting", "apiToken", "link", "user", "totp", "setupCode"]

    /// How much a recording matters.
    enum Need {
        /// Nobody asks for it.
        case none
        /// It is made where the machine's SQLite can.
        case wanted
        /// Without it the change must not be made.
        case required
    }

    private let session: UnsafeMutableRawPointer?

    /// Begins to record what happens to these tables. Throws where the recording is required and the machine's SQLite
    /// has no means for it.
    init(_ db: Database, of tables: [String] = Self.desiredState, _ need: Need) throws {
        if need == .none || (need == .wanted && !wgp_session_available()) {
            unsafe self.session = nil
            return
        }
        let connection = try unsafe Self.connection(db)
        var session: UnsafeMutableRawPointer?
        try Self.check(unsafe wgp_session_begin(connection, &session))
        guard let session = unsafe session else { throw StoreError(.internal, "SQLite made no session") }
        for table in tables {
            do {
                try Self.check(unsafe wgp_session_attach(session, table))
            } catch {
                unsafe wgp_session_end(session)
                throw error
            }
        }
        unsafe self.session = unsafe session
    }

    deinit {
        if let session = unsafe session { unsafe wgp_session_end(session) }
    }

    /// Whether anything is recorded.
    var isOn: Bool { unsafe session != nil }

    /// Reads what was changed so far, row by row.
    func read(_ body: (RecordedRow) throws -> Void) throws {
        guard let session = unsafe session else { return }
        var count: Int32 = 0
        var bytes: UnsafeMutableRawPointer?
        try Self.check(unsafe wgp_session_changes(session, &count, &bytes))
        defer { unsafe wgp_session_free(bytes) }
        var changes: UnsafeMutableRawPointer?
        try Self.check(unsafe wgp_changes_open(count, bytes, &changes))
        guard let changes = unsafe changes else { return }
        defer { unsafe wgp_changes_close(changes) }
        while true {
            let code = unsafe wgp_changes_next(changes)
            if code == ResultCode.SQLITE_DONE.rawValue { return }
            guard code == ResultCode.SQLITE_ROW.rawValue else { return try Self.check(code) }
            try body(unsafe RecordedRow(changes))
        }
    }

    /// What takes back all changes so far; nil where there are none.
    func inverse() throws -> Data? {
        guard let session = unsafe session else { return nil }
        var count: Int32 = 0
        var bytes: UnsafeMutableRawPointer?
        try Self.check(unsafe wgp_session_inverse(session, &count, &bytes))
        guard let start = unsafe bytes else { return nil }
        defer { unsafe wgp_session_free(start) }
        return unsafe Data(bytes: start, count: Int(count))
    }

    /// Makes recorded changes, all or none. Columns that a table got since then keep what they have; a migration that
    /// changes a table in any other way must settle a change that waits.
    static func apply(_ changes: Data, _ db: Database) throws {
        let connection = try unsafe Self.connection(db)
        guard let count = Int32(exactly: changes.count) else {
            throw StoreError.corrupt(table: "pendingChange", column: "inverse", id: nil)
        }
        let code = unsafe changes.withUnsafeBytes { unsafe wgp_changes_apply(connection, count, $0.baseAddress) }
        if code == ResultCode.SQLITE_ABORT.rawValue {
            throw StoreError(
                .internal,
                "the change cannot be taken back: what it changed is no longer there; confirm it and mend it by hand"
            )
        }
        try check(code)
    }

    private static func connection(_ db: Database) throws -> UnsafeMutableRawPointer {
        guard wgp_session_available() else {
            throw StoreError(
                .failedPrecondition,
                """
                the SQLite library of this machine has no session extension, which a change that is taken back unless \
                confirmed needs; use the distribution's libsqlite3-0, or make the change for good
                """)
        }
        guard let connection = unsafe db.sqliteConnection else {
            throw StoreError(.internal, "the database is closed")
        }
        return unsafe UnsafeMutableRawPointer(connection)
    }

    /// Throws for a result code other than success.
    static func check(_ code: Int32) throws {
        guard code != 0 else { return }
        throw DatabaseError(
            resultCode: ResultCode(rawValue: code),
            message: "recording or undoing a change: result code \(code)")
    }
}
