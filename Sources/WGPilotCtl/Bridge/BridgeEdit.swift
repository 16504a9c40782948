import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl bridge edit`.
struct BridgeEdit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit", abstract: "Changes a bridge in place; what is not named stays.")

    @Argument(help: "The bridge's number.")
    var bridge: Int64

    @Option(
        help: "Who may begin a conversation: a_to_b, b_to_a or bidirectional.",
        completion: .list(["a_to_b", "b_to_a", "bidirectional"]))
    var direction: String?

    @Option(
        name: .customLong("allowed-cidrs"),
        help: ArgumentHelp(
            "The new blocks that may be reached through it, separated by commas; empty for no limit.",
            valueName: "cidrs"))
    var allowedCIDRs: String?

    @OptionGroup var change: ChangeArguments

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let request = UpdateBridgeRequest(
            bridge: bridge, direction: direction, allowedCIDRs: ListArgument.split(allowedCIDRs),
            options: change.options)
        try await connection.withDaemon { daemon in
            let reply = try await change.call(BridgesService.update, request, on: daemon)
            try change.conclude(reply, as: connection.output)
        }
    }
}
