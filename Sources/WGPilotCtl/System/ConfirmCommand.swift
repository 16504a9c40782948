import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl confirm`.
struct ConfirmCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "confirm", abstract: "Keeps the change that was made with --confirm-within, or undoes it now.")

    @Flag(help: "Undo the change without waiting for its time.")
    var undo = false

    @Flag(help: "Show what waits, and decide nothing.")
    var show = false

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard !(undo && show) else { throw ValidationError("only one of --undo and --show can be given") }
    }

    func run() async throws {
        try await connection.withDaemon { daemon in
            let (method, outcome): (MethodDescriptor<Empty, PendingChangeReply>, PendingChangeView.Outcome) =
                if show {
                    (SystemService.pendingChange, .shown)
                } else if undo {
                    (SystemService.undo, .undone)
                } else {
                    (SystemService.confirm, .kept)
                }
            let reply = try await daemon.call(method, Empty())
            connection.output.render(PendingChangeView(reply: reply, outcome: outcome))
            try PendingNotice.check(reply.sync)
        }
    }
}
