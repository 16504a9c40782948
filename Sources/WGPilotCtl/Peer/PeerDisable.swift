import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl peer disable`.
struct PeerDisable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable", abstract: "Takes a peer out of the kernel; its name, keys and address are kept.")

    @Argument(help: ArgumentHelp("The peer: NETWORK/PEER.", valueName: "network/peer"), completion: NameCompletion.peer)
    var peer: PeerTarget

    @OptionGroup var change: ChangeArguments

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            let reference = peer.reference(change.options)
            let reply = try await change.call(PeersService.disable, reference, on: daemon)
            try change.conclude(reply, as: connection.output)
        }
    }
}
