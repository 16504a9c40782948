import ServiceLifecycle

/// Tells the audit log of what the daemon repairs by itself.
struct RepairAudit: Service, CustomStringConvertible {
    let ledger: DriftLedger
    let log: AuditLog

    func run() async {
        await cancelWhenGracefulShutdown { await watch() }
    }

    /// Tells of repairs until it is cancelled.
    func watch() async {
        for await repair in ledger.news { await log.note(repair) }
    }

    var description: String { "repairs" }
}
