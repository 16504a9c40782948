import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl network disable`.
struct NetworkDisable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable", abstract: "Takes a network's interface down; its peers are kept.")

    @Argument(help: "The network, by name or number.")
    var network: String

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            let reply = try await daemon.call(NetworksService.disable, NetworkReference(network: network))
            connection.output.render(NetworkView(network: reply.network))
            try PendingNotice.check(reply.sync)
        }
    }
}
