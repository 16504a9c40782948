import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl reconcile`.
struct ReconcileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile", abstract: "Compares kernel and database now, and repairs the kernel.")

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            let reply = try await daemon.call(SystemService.reconcile, Empty())
            connection.output.render(ReconcileView(reply: reply))
            if !reply.pending.isEmpty { throw ExitStatus.pending }
        }
    }
}
