import ArgumentParser

/// `wgpilotctl peer connections`.
struct PeerConnections: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "connections", abstract: "Lists a peer's connections through the hub, as the kernel tracks them.",
        discussion: """
            Those with most bytes first. The kernel counts bytes of connections that begin after it was told to, which the \
            first of these commands does; see docs/connections.md.
            """)

    @Argument(help: ArgumentHelp("The peer: NETWORK/PEER.", valueName: "network/peer"), completion: NameCompletion.peer)
    var peer: PeerTarget

    @OptionGroup var connections: ConnectionArguments

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connections.list(peer.network, peer.peer, connection)
    }
}
