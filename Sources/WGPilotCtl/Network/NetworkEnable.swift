import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl network enable`.
struct NetworkEnable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable", abstract: "Brings a network's interface up.")

    @Argument(help: "The network, by name or number.")
    var network: String

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            let reply = try await daemon.call(NetworksService.enable, NetworkReference(network: network))
            connection.output.render(NetworkView(network: reply.network))
            try PendingNotice.check(reply.sync)
        }
    }
}
