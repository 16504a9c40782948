import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl network disable`.
struct NetworkDisable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable", abstract: "Takes a network's interface down; its peers are kept.")

    @Argument(help: "The network, by name or number.", completion: NameCompletion.network)
    var network: String

    @OptionGroup var change: ChangeArguments

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            let reference = NetworkReference(network: network, options: change.options)
            let reply = try await change.call(NetworksService.disable, reference, on: daemon)
            try change.conclude(reply, as: connection.output)
        }
    }
}
