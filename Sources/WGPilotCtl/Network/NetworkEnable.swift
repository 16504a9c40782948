import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl network enable`.
struct NetworkEnable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable", abstract: "Brings a network's interface up.")

    @Argument(help: "The network, by name or number.", completion: NameCompletion.network)
    var network: String

    @OptionGroup var change: ChangeArguments

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            let reference = NetworkReference(network: network, options: change.options)
            let reply = try await change.call(NetworksService.enable, reference, on: daemon)
            try change.conclude(reply, as: connection.output)
        }
    }
}
