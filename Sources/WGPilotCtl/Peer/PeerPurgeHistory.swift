import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl peer purge-history`.
struct PeerPurgeHistory: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "purge-history", abstract: "Clears away what is remembered of a peer's traffic and sessions.",
        discussion: """
            For good: nothing brings it back. The history of the network keeps what it adds up to, and the peer itself stays \
            as it is.
            """)

    @Argument(help: ArgumentHelp("The peer: NETWORK/PEER.", valueName: "network/peer"), completion: NameCompletion.peer)
    var peer: PeerTarget

    @Flag(help: "Do not ask.")
    var yes = false

    @Flag(help: "Print how much there is, and keep it.")
    var dryRun = false

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            try Terminal.confirm(
                "Clear away the history and the sessions of peer \(peer.peer) of \(peer.network)?",
                assumeYes: yes || dryRun)
            let reply = try await daemon.call(
                PeersService.purgeHistory,
                PurgeHistoryRequest(network: peer.network, peer: peer.peer, dryRun: dryRun ? true : nil))
            connection.output.render(PurgeView(reply: reply))
        }
    }
}
