import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl peer history`.
struct PeerHistory: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Shows what flowed between the hub and a peer, over time.",
        discussion: """
            Received is what came from the peer. Buckets begin at round times of UTC. A time is 30m, 2h or 7d for so long \
            ago, a date such as 2026-07-30 or 2026-07-30T14:05 by this machine's clock, with a Z at the end by UTC, or \
            seconds since 1970. See docs/history.md.
            """)

    @Argument(help: ArgumentHelp("The peer: NETWORK/PEER.", valueName: "network/peer"), completion: NameCompletion.peer)
    var peer: PeerTarget

    @OptionGroup var history: HistoryArguments

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let (range, from, to, granularity) = history.request
        try await connection.withDaemon { daemon in
            let reply = try await daemon.call(
                PeersService.history,
                PeerHistoryRequest(
                    network: peer.network, peer: peer.peer, range: range, from: from, to: to,
                    granularity: granularity))
            try history.show(reply, of: peer.text, as: connection.output)
        }
    }
}
