import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl status`.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Shows how the hub stands: daemon, backend, networks.")

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            let info = try await daemon.call(SystemService.info, Empty())
            let networks = try await daemon.call(NetworksService.list, Empty()).networks
            connection.output.render(StatusView(info: info, networks: networks))
        }
    }
}
