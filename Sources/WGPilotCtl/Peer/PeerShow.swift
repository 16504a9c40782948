import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl peer show`.
struct PeerShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Shows all facts of a peer.")

    @Argument(help: ArgumentHelp("The peer: NETWORK/PEER.", valueName: "network/peer"), completion: NameCompletion.peer)
    var peer: PeerTarget

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            let reply = try await daemon.call(PeersService.get, peer.reference)
            connection.output.render(PeerView(peer: reply.peer))
        }
    }
}
