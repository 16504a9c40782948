import Hummingbird
import WGPilotJSON
import WGPilotProtocol
import WGPilotRPC

/// The connections that the kernel tracks, of a network and of a peer.
struct ConnectionRoutes: Routes {
    let daemon: Daemon

    func add(to router: GatewayRouter) {
        add(to: router, "/api/networks/{network}", "Network", hasPeer: false)
        add(to: router, "/api/networks/{network}/peers/{peer}", "Peer", hasPeer: true)
    }

    private func add(to router: GatewayRouter, _ path: String, _ name: String, hasPeer: Bool) {
        let list = Operation(
            "list\(name)Connections", area: "Connections", "The connections through the hub.",
            access: .role("operator")
        ).asking([.init("limit", .integer(0...10_000), "The most that are told; by default 1000.")])
            .answering(Schemas.connections)
        router.api(.get, path + "/connections", list) { request in
            let message = ConnectionsRequest(
                network: try request.reference("network"), peer: hasPeer ? try request.reference("peer") : nil,
                limit: request.query.integer("limit"))
            var summary: ConnectionSummaryMessage?
            var connections: [ConnectionMessage] = []
            let events = daemon.stream(
                PeersService.connections, message, for: request.context, timeout: Daemon.timeout)
            for try await event in events {
                if let told = event.summary { summary = told }
                connections += event.connections
            }
            return .json { [summary, connections] json in
                json.object { json in
                    json.field("summary", summary)
                    json.field("connections", connections)
                }
            }
        }
        let flush = Operation(
            "flush\(name)Connections", area: "Connections", "Ends the connections.", access: .role("operator")
        ).asking([.init("dry_run", .flag, "True answers how many there are, and ends none.")])
            .answering(Schemas.flushed)
        router.api(.post, path + "/connections/flush", flush) { request in
            let message = FlushConnectionsRequest(
                network: try request.reference("network"), peer: hasPeer ? try request.reference("peer") : nil,
                dryRun: request.query.flag("dry_run"))
            return .json(try await daemon.call(PeersService.flushConnections, message, for: request.context))
        }
    }
}
