import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl network delete`.
struct NetworkDelete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Deletes a network with all its peers and its interface.")

    @Argument(help: "The network, by name or number.")
    var network: String

    @Flag(help: "Do not ask.")
    var yes = false

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            let reference = NetworkReference(network: network)
            let found = try await daemon.call(NetworksService.get, reference).network
            try Terminal.confirm(
                "Delete network \(found.name) with its \(found.peers) peers and their keys?", assumeYes: yes)
            let reply = try await daemon.call(NetworksService.delete, reference)
            try PendingNotice.check(reply.sync)
        }
    }
}
