import Logging
import ServiceLifecycle
import WGPilotCore
import WGPilotProtocol
import WGPilotStore

/// Writes to the audit log what no change's own transaction writes, and in time what was counted meanwhile.
struct AuditLog: Service, CustomStringConvertible {
    let store: StateStore
    let ledger: RefusalLedger
    private let logger: Logger
    private let news: AsyncStream<Void>
    private let bell: AsyncStream<Void>.Continuation

    init(store: StateStore, now: @escaping @Sendable () -> Int64, logger: Logger) {
        self.store = store
        self.logger = logger
        ledger = RefusalLedger(now: now)
        (news, bell) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Tells of something that was done beside the database.
    func note(_ context: AuditContext) async {
        await write(RefusalLedger.Entry(context: context, result: "OK", reason: "", count: 1))
    }

    /// Tells of an attempt that was refused or failed; counts it only where it is like one of a moment ago.
    func note(_ context: AuditContext, result: String, reason: String) async {
        if let entry = ledger.note(context, result: result, reason: reason) { await write(entry) }
        bell.yield()
    }

    /// Tells of a repair, and likewise counts what is repaired again and again.
    func note(_ repair: DriftLedger.Repair) async {
        let steps = repair.steps.map { AuditChange.Field(field: "step", after: AuditEntry.cut($0)) }
        let change = AuditChange(action: .changed, kind: "drift", name: repair.place, fields: steps)
        let context = AuditContext.daemon(SystemService.reconcile.fullName, target: repair.place)
        if let entry = ledger.note(context, result: "OK", reason: "", changes: [change]) { await write(entry) }
        bell.yield()
    }

    /// Writes what was counted and is due, or all of it.
    func flush(all: Bool = false) async {
        for entry in ledger.take(all: all) { await write(entry) }
    }

    func run() async {
        await cancelWhenGracefulShutdown { await watch() }
        await flush(all: true)
    }

    /// Writes what is due, until it is cancelled. Sleeps for good where nothing is counted.
    func watch() async {
        for await _ in news {
            while !ledger.isEmpty {
                guard (try? await Task.sleep(for: .seconds(RefusalLedger.window))) != nil else { return }
                await flush()
            }
        }
    }

    private func write(_ entry: RefusalLedger.Entry) async {
        // A call that was given up is told all the same, so this does not end with its task.
        await Task {
            do {
                try await store.noteAudit(
                    entry.context, result: entry.result, reason: entry.reason, count: entry.count,
                    changes: entry.changes)
            } catch {
                logger.error(
                    "the audit log cannot be written",
                    metadata: ["rpc.method": "\(entry.context.method)", "error": "\(error)"])
            }
        }.value
    }

    var description: String { "audit" }
}
