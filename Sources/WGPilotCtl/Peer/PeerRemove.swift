import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl peer remove`.
struct PeerRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Removes a peer and its keys for good.")

    @Argument(help: ArgumentHelp("The peer: NETWORK/PEER.", valueName: "network/peer"), completion: NameCompletion.peer)
    var peer: PeerTarget

    @Flag(help: "Do not ask.")
    var yes = false

    @OptionGroup var change: ChangeArguments

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            try Terminal.confirm(
                "Remove peer \(peer.peer) of \(peer.network) and its keys?", assumeYes: yes || change.dryRun)
            let reply = try await change.call(
                PeersService.delete, peer.reference(change.options), on: daemon)
            try change.conclude(reply, as: connection.output)
        }
    }
}
