import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl bridge enable`.
struct BridgeEnable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "enable", abstract: "Switches a bridge on.")

    @Argument(help: "The bridge's number.")
    var bridge: Int64

    @OptionGroup var change: ChangeArguments

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            let request = UpdateBridgeRequest(bridge: bridge, enabled: true, options: change.options)
            let reply = try await change.call(BridgesService.update, request, on: daemon)
            try change.conclude(reply, as: connection.output)
        }
    }
}
