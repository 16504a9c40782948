import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl peer enable`.
struct PeerEnable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable", abstract: "Admits a peer again.")

    @Argument(help: ArgumentHelp("The peer: NETWORK/PEER.", valueName: "network/peer"))
    var peer: PeerTarget

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            let reply = try await daemon.call(PeersService.enable, peer.reference)
            connection.output.render(PeerView(peer: reply.peer))
            try PendingNotice.check(reply.sync)
        }
    }
}
