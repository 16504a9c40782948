import ArgumentParser
import WGPilotProtocol
import WGPilotRPC

/// The options of the commands that list connections, and what they do.
struct ConnectionArguments: ParsableArguments {
    @Flag(help: "Print how many there are by protocol, and the ten peers and destinations with most bytes.")
    var summary = false

    @Option(help: ArgumentHelp("The most connections, up to 100000. Default: 1000.", valueName: "count"))
    var limit: Int = 1000

    func validate() throws {
        guard (1...100_000).contains(limit) else {
            throw ValidationError("--limit is a number from 1 to 100000")
        }
    }

    /// Asks for connections and prints them.
    func list(_ network: String, _ peer: String?, _ options: ConnectionOptions) async throws {
        try await options.withDaemon { daemon in
            let request = ConnectionsRequest(network: network, peer: peer, limit: summary ? 0 : Int64(limit))
            var found: ConnectionSummaryMessage?
            var connections: [ConnectionMessage] = []
            for try await event in daemon.client.stream(
                PeersService.connections, request, timeout: daemon.timeout)
            {
                found = found ?? event.summary
                connections += event.connections
            }
            guard let found else {
                throw CommandFault(status: .failure, message: "the daemon's answer has no summary")
            }
            if summary {
                options.output.render(ConnectionSummaryView(summary: found))
            } else {
                options.output.render(
                    ConnectionListView(summary: found, connections: connections, namesPeers: peer == nil))
                if found.shown < found.all.count {
                    Terminal.note("wgpilotctl: \(found.shown) of \(found.all.count) connections; --limit shows more")
                }
            }
            if let note = found.accountingNote { Terminal.note("wgpilotctl: \(note)") }
        }
    }
}
