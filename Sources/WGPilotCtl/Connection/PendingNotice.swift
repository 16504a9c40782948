import WGPilotProtocol

/// Ends a command whose change is saved but not live with its own exit code, and says why.
enum PendingNotice {
    static func check(_ sync: SyncMessage?) throws {
        guard let sync, sync.isPending else { return }
        Terminal.note(
            "wgpilotctl: saved, but not live yet: \(sync.reason ?? "the kernel did not take it"); wgpilotd keeps trying"
        )
        throw ExitStatus.pending
    }
}
