import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl peer flush`.
struct PeerFlush: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flush", abstract: "Has the kernel forget a peer's connections.",
        discussion: """
            What comes next of them is judged anew by the rules, as if it were the first packet. Connections to the internet \
            through a gateway network break.
            """)

    @Argument(help: ArgumentHelp("The peer: NETWORK/PEER.", valueName: "network/peer"), completion: NameCompletion.peer)
    var peer: PeerTarget

    @Flag(help: "Print how many there are, and end none.")
    var dryRun = false

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            let reply = try await daemon.call(
                PeersService.flushConnections,
                FlushConnectionsRequest(network: peer.network, peer: peer.peer, dryRun: dryRun ? true : nil))
            connection.output.render(FlushView(reply: reply))
        }
    }
}
