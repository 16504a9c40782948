import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl bridge list`.
struct BridgeList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the bridges.")

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            let reply = try await daemon.call(BridgesService.list, Empty())
            connection.output.render(BridgeListView(bridges: reply.bridges))
        }
    }
}
