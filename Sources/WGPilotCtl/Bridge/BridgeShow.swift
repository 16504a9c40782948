import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl bridge show`.
struct BridgeShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Shows all facts of a bridge.")

    @Argument(help: "The bridge's number.")
    var bridge: Int64

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            let reply = try await daemon.call(BridgesService.get, BridgeReference(bridge: bridge))
            connection.output.render(BridgeView(bridge: reply.bridge))
        }
    }
}
