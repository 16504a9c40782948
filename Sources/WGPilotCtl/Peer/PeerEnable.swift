import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl peer enable`.
struct PeerEnable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable", abstract: "Admits a peer again.")

    @Argument(help: ArgumentHelp("The peer: NETWORK/PEER.", valueName: "network/peer"), completion: NameCompletion.peer)
    var peer: PeerTarget

    @OptionGroup var change: ChangeArguments

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            let reference = peer.reference(change.options)
            let reply = try await change.call(PeersService.enable, reference, on: daemon)
            try change.conclude(reply, as: connection.output)
        }
    }
}
