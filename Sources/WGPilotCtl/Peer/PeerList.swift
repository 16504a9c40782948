import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl peer list`.
struct PeerList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the peers of a network with their live status.")

    @Argument(help: "The network, by name or number.")
    var network: String

    @Option(help: ArgumentHelp("Only peers with this text in name, e-mail or public key.", valueName: "text"))
    var filter: String?

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            var view = PeerListView(connection.output, now: OutputFormat.now)
            var statusMissing: String?
            try await withThrowingTaskGroup(of: ListPeersReply.self) { group in
                func ask(_ cursor: String?) {
                    // The largest page there is: all of its rows are read while the kernel's dump is on its way.
                    let request = ListPeersRequest(network: network, cursor: cursor, limit: 10_000, filter: filter)
                    group.addTask { try await daemon.call(PeersService.list, request) }
                }
                ask(nil)
                while let page = try await group.next() {
                    if let cursor = page.nextCursor { ask(cursor) }
                    view.add(page.peers)
                    statusMissing = page.statusMissing ?? statusMissing
                }
            }
            Terminal.print(view.rendered())
            if let statusMissing { Terminal.note("wgpilotctl: no live status: \(statusMissing)") }
        }
    }
}
