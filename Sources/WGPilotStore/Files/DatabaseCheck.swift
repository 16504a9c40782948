import GRDB
import Synchronization

/// The check of a database that is used meanwhile, on a connection of its own.
///
/// What the hub is made from comes first and begins at once. The rest, which is what grows with time, the audit log and the
/// transfer history, begins when somebody first needs to know.
final class DatabaseCheck: Sendable {
    private let queue: DatabaseQueue
    private let path: String
    private let state: Task<Void, any Error>
    private let whole = Mutex<Task<Void, any Error>?>(nil)

    /// Begins it.
    init(of queue: DatabaseQueue, _ path: String) {
        self.queue = queue
        self.path = path
        state = Task { try await queue.read { try Self.checkState(path, $0) } }
    }

    /// Waits until the pages of all tables but those of what is only told are known to be sound.
    func waitForState() async throws {
        try await state.value
    }

    /// Waits until all of the database is.
    func waitForWhole() async throws {
        let task = whole.withLock { whole in
            if let whole { return whole }
            let task = Task { [queue, path, state] in
                try await state.value
                try await queue.read { try Self.checkWhole(path, $0) }
                try queue.close()
            }
            whole = task
            return task
        }
        try await task.value
    }

    /// Ends it, whatever came of it.
    func cancel() {
        state.cancel()
        whole.withLock { $0?.cancel() }
    }

    /// Checks all of it.
    static func checkWhole(_ path: String, _ db: Database) throws {
        try check("PRAGMA quick_check(1)", path, db)
    }

    /// What is only ever told, and makes nothing.
    private static let records = [
        "audit", "trafficSample", "trafficHour", "trafficDay", "trafficState", "trafficWatch", "peerSession",
        "sessionEndpoint", "sqlite_sequence",
    ]

    private static func checkState(_ path: String, _ db: Database) throws {
        let records = Self.records.map { "'\($0)'" }.joined(separator: ", ")
        let tables = try String.fetchAll(
            db, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN (\(records))")
        // Damage of pages is looked for; what no statement could have stored is left to the check of the whole.
        try db.execute(sql: "PRAGMA ignore_check_constraints = ON")
        for table in tables { try check("PRAGMA quick_check('\(table)')", path, db) }
        try db.execute(sql: "PRAGMA ignore_check_constraints = OFF")
    }

    private static func check(_ sql: String, _ path: String, _ db: Database) throws {
        let verdict = try String.fetchOne(db, sql: sql) ?? "no answer"
        guard verdict == "ok" else {
            let detail = verdict.split(separator: "\n").last.map(String.init) ?? ""
            throw StoreError(.corrupt, StoreError.damaged(path, detail))
        }
    }
}
