import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl reconcile`.
struct ReconcileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile", abstract: "Compares kernel and database now, and repairs the kernel.")

    @Flag(help: "Print what would be repaired, and repair nothing.")
    var dryRun = false

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            // A daemon from before dry runs would repair; it is asked first for a method that came with them.
            if dryRun { _ = try await daemon.call(SystemService.pendingChange, Empty()) }
            let reply = try await daemon.call(SystemService.reconcile, ReconcileRequest(dryRun: dryRun ? true : nil))
            if dryRun {
                guard let change = reply.change, change.dryRun else {
                    throw CommandFault(
                        status: .failure, message: "the daemon did not take this for a dry run: it repaired")
                }
                connection.output.render(DryRunView(plan: change.plan) { _ in })
                return
            }
            connection.output.render(ReconcileView(reply: reply))
            if !reply.pending.isEmpty { throw ExitStatus.pending }
        }
    }
}
