import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl network show`.
struct NetworkShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Shows all facts of a network.")

    @Argument(help: "The network, by name or number.", completion: NameCompletion.network)
    var network: String

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            let reply = try await daemon.call(NetworksService.get, NetworkReference(network: network))
            connection.output.render(NetworkView(network: reply.network))
        }
    }
}
