import GRDB
import Synchronization

/// Gathers which rows a transaction touches, and tells it once the transaction is on the disk; who wants it hears of it
/// before, too.
///
/// GRDB sees what its statements do, cascades too. What changes rows by other means, as an undo does, must say so with
/// `notifyChanges(in:)`.
final class CommitObserver: TransactionObserver, Sendable {
    private let gathered = Mutex(ChangedRows())
    private let foretell: (@Sendable (ChangedRows) -> Void)?
    private let tell: @Sendable (ChangedRows) -> Void

    /// - Parameters:
    ///   - foretell: Is called before anybody can see the changes, which may then still be taken back.
    ///   - tell: Is called once they are on the disk, and may be seen for a moment already.
    init(
        foretell: (@Sendable (ChangedRows) -> Void)? = nil, tell: @escaping @Sendable (ChangedRows) -> Void
    ) {
        self.foretell = foretell
        self.tell = tell
    }

    func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool {
        ["network", "peer", "bridge", "accessRule"].contains(eventKind.tableName)
    }

    func databaseDidChange(with event: DatabaseEvent) {
        gathered.withLock { rows in
            switch event.tableName {
            case "network": rows.networks.insert(event.rowID)
            case "peer": rows.peers.insert(event.rowID)
            case "bridge": rows.touchesBridges = true
            default: rows.touchesRules = true
            }
        }
    }

    func databaseDidChange() {
        gathered.withLock { $0.mayBeAnything = true }
    }

    func databaseWillCommit() {
        foretell?(gathered.withLock { $0 })
    }

    func databaseDidCommit(_ db: Database) {
        let rows = take()
        if !rows.isEmpty { tell(rows) }
    }

    func databaseDidRollback(_ db: Database) {
        _ = take()
    }

    private func take() -> ChangedRows {
        gathered.withLock { rows in
            defer { rows = ChangedRows() }
            return rows
        }
    }
}
