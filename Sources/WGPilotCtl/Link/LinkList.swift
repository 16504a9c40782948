import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl link list`.
struct LinkList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the links of a network that are still good.")

    @Argument(help: "The network, by name or number.", completion: NameCompletion.network)
    var network: String

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            let reply = try await daemon.call(LinksService.list, NetworkReference(network: network))
            connection.output.render(LinkListView(links: reply.links))
        }
    }
}
