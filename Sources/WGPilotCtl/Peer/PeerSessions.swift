import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl peer sessions`.
struct PeerSessions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sessions", abstract: "Lists when a peer was online, from where, and what flowed meanwhile.",
        discussion: """
            The latest first. A session goes on as long as the peer is online: while its latest handshake is no more than \
            three minutes old, or three keepalive intervals. See docs/history.md.
            """)

    @Argument(help: ArgumentHelp("The peer: NETWORK/PEER.", valueName: "network/peer"), completion: NameCompletion.peer)
    var peer: PeerTarget

    @Option(help: ArgumentHelp("Only sessions that went on at this time or later.", valueName: "time"))
    var from: TimeArgument?

    @Option(help: ArgumentHelp("Only sessions that began before this time.", valueName: "time"))
    var to: TimeArgument?

    @Option(help: ArgumentHelp("The most sessions. Default: 50.", valueName: "count"))
    var limit: Int = 50

    @Option(
        help: ArgumentHelp("Write the sessions as a CSV file instead, or to standard output with -.", valueName: "file")
    )
    var csv: String?

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard (1...1_000_000).contains(limit) else {
            throw ValidationError("--limit is a number from 1 to 1000000")
        }
    }

    func run() async throws {
        let now = OutputFormat.now
        var request = SessionsRequest(
            network: peer.network, peer: peer.peer, from: from?.seconds(now: now), before: to?.seconds(now: now))
        try await connection.withDaemon { daemon in
            var sessions: [PeerSessionMessage] = []
            while sessions.count < limit {
                request.limit = Int64(min(limit - sessions.count, 1000))
                let page = try await daemon.call(PeersService.sessions, request)
                sessions += page.sessions
                guard let next = page.next else { break }
                request.before = next
            }
            let view = PeerSessionListView(sessions: sessions)
            guard let csv else { return connection.output.render(view) }
            try CSVFile.write(view.csv, to: csv)
        }
    }
}
