import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl network delete`.
struct NetworkDelete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Deletes a network with all its peers and its interface.")

    @Argument(help: "The network, by name or number.", completion: NameCompletion.network)
    var network: String

    @Flag(help: "Do not ask.")
    var yes = false

    @OptionGroup var change: ChangeArguments

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            if !yes, !change.dryRun {
                let found = try await daemon.call(NetworksService.get, NetworkReference(network: network)).network
                try Terminal.confirm(
                    "Delete network \(found.name) with its \(found.peers) peers and their keys?", assumeYes: false)
            }
            let reference = NetworkReference(network: network, options: change.options)
            let reply = try await change.call(NetworksService.delete, reference, on: daemon)
            try change.conclude(reply, as: connection.output)
        }
    }
}
