import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl peer list`.
struct PeerList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the peers of a network with their live status.")

    @Argument(help: "The network, by name or number.")
    var network: String

    @Option(help: ArgumentHelp("Only peers with this text in name, e-mail or public key.", valueName: "text"))
    var filter: String?

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            var peers: [PeerMessage] = []
            var cursor: String?
            var statusMissing: String?
            repeat {
                let page = try await daemon.call(
                    PeersService.list,
                    ListPeersRequest(network: network, cursor: cursor, limit: nil, filter: filter))
                peers += page.peers
                cursor = page.nextCursor
                statusMissing = page.statusMissing ?? statusMissing
            } while cursor != nil
            try connection.output.render(PeerListView(peers: peers))
            if let statusMissing { Terminal.note("wgpilotctl: no live status: \(statusMissing)") }
        }
    }
}
