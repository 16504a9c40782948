import Synchronization

/// Collects statements that a database connection reports.
final class StatementLog: Sendable {
    private let statements = Mutex<[String]>([])

    var all: [String] { statements.withLock { $0 } }

    func append(_ statement: String) {
        statements.withLock { $0.append(statement) }
    }
}
