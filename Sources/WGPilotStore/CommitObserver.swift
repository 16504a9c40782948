import GRDB
import Synchronization

/// Gathers which rows a transaction touches, and tells it to all who listen once the transaction is on the disk; who wants
/// it hears of it before, too.
///
/// There is one for all of them: GRDB asks each of its observers for each statement and each row.
///
/// GRDB sees what its statements do, cascades too. What changes rows by other means, as an undo does, must say so with
/// `notifyChanges(in:)`.
final class CommitObserver: TransactionObserver, Sendable {
    private struct Listener {
        let foretell: (@Sendable (ChangedRows) -> Void)?
        let tell: @Sendable (ChangedRows) -> Void
    }

    private let gathered = Mutex(ChangedRows())
    private let listeners = Mutex<(next: Int, all: [Int: Listener])>((0, [:]))

    /// Listens from the next commit on, until it is ended by the number that this gives.
    ///
    /// - Parameters:
    ///   - foretell: Is called before anybody can see the changes, which may then still be taken back.
    ///   - tell: Is called once they are on the disk, and may be seen for a moment already.
    @discardableResult
    func listen(
        foretell: (@Sendable (ChangedRows) -> Void)? = nil, tell: @escaping @Sendable (ChangedRows) -> Void
    ) -> Int {
        listeners.withLock { listeners in
            defer { listeners.next += 1 }
            listeners.all[listeners.next] = Listener(foretell: foretell, tell: tell)
            return listeners.next
        }
    }

    /// Ends a listening; a call that has begun ends by itself.
    func end(_ number: Int) {
        listeners.withLock { $0.all[number] = nil }
    }

    func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool {
        switch eventKind.tableName {
        case "network", "peer", "bridge", "accessRule": true
        default: false
        }
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
        let rows = gathered.withLock { $0 }
        for listener in present { listener.foretell?(rows) }
    }

    func databaseDidCommit(_ db: Database) {
        let rows = take()
        if rows.isEmpty { return }
        for listener in present { listener.tell(rows) }
    }

    func databaseDidRollback(_ db: Database) {
        _ = take()
    }

    /// Those who listen; they are called outside the lock, as one may end its listening meanwhile.
    private var present: [Listener] { listeners.withLock { Array($0.all.values) } }

    private func take() -> ChangedRows {
        gathered.withLock { rows in
            defer { rows = ChangedRows() }
            return rows
        }
    }
}
