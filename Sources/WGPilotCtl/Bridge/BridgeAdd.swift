import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl bridge add`.
struct BridgeAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Joins two networks, which are parted otherwise.")

    @Argument(help: "The first network, by name or number.")
    var networkA: String

    @Argument(help: "The second network, by name or number.")
    var networkB: String

    @Option(
        help: "Who may begin a conversation: a_to_b, b_to_a or bidirectional, which is the default.",
        completion: .list(["a_to_b", "b_to_a", "bidirectional"]))
    var direction: String?

    @Option(
        name: .customLong("allowed-cidrs"),
        help: ArgumentHelp(
            "The blocks that may be reached through it, separated by commas. Default: no limit.", valueName: "cidrs"))
    var allowedCIDRs: String?

    @Flag(help: "Create the bridge switched off.")
    var disabled = false

    @OptionGroup var change: ChangeArguments

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let request = CreateBridgeRequest(
            networkA: networkA, networkB: networkB, direction: direction,
            allowedCIDRs: ListArgument.split(allowedCIDRs), enabled: disabled ? false : nil, options: change.options)
        try await connection.withDaemon { daemon in
            let reply = try await change.call(BridgesService.create, request, on: daemon)
            try change.conclude(reply, as: connection.output)
        }
    }
}
