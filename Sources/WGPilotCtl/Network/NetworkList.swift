import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl network list`.
struct NetworkList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the networks.")

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            let reply = try await daemon.call(NetworksService.list, Empty())
            connection.output.render(NetworkListView(networks: reply.networks))
        }
    }
}
