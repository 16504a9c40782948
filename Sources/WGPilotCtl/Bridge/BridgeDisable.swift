import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl bridge disable`.
struct BridgeDisable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable", abstract: "Switches a bridge off; it is kept.")

    @Argument(help: "The bridge's number.")
    var bridge: Int64

    @OptionGroup var change: ChangeArguments

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            let request = UpdateBridgeRequest(bridge: bridge, enabled: false, options: change.options)
            let reply = try await change.call(BridgesService.update, request, on: daemon)
            try change.conclude(reply, as: connection.output)
        }
    }
}
