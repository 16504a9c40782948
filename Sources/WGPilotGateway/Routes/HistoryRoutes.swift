import Hummingbird
import WGPilotJSON
import WGPilotProtocol

/// What flowed and who was online, over time.
struct HistoryRoutes: Routes {
    let daemon: Daemon

    private static let time: [Schema.Field] = [
        .init(
            "range", .choice(["day", "week", "month", "year"]),
            "So long up to now; by default day. Not with from and to."),
        .init("from", .moment, "The beginning instead."),
        .init("to", .moment, "The end; by default now. Goes with from."),
        .init(
            "granularity", .choice(["minute", "5min", "15min", "hour", "day", "week", "month"]),
            "How finely; by default the finest that is kept for all of the time and makes some 400 points at most."),
    ]
    private static let peerPath = "/api/networks/{network}/peers/{peer}"

    func add(to router: GatewayRouter) {
        addHistories(to: router)
        addSessions(to: router)
        addPurge(to: router)
    }

    private func addHistories(to router: GatewayRouter) {
        let peer = Operation(
            "getPeerHistory", area: "History", "What flowed between the hub and a peer.", access: .role("viewer")
        ).asking(Self.time).answering(Schemas.history)
        router.api(.get, Self.peerPath + "/history", peer) { request in
            let query = request.query
            let message = PeerHistoryRequest(
                network: try request.reference("network"), peer: try request.reference("peer"),
                range: query.text("range"), from: query.integer("from"), to: query.integer("to"),
                granularity: query.text("granularity"))
            return .json(try await daemon.call(PeersService.history, message, for: request.context))
        }
        let network = Operation(
            "getNetworkHistory", area: "History", "The same of all peers of a network together.",
            access: .role("viewer")
        ).asking(Self.time).answering(Schemas.history)
        router.api(.get, "/api/networks/{network}/history", network) { request in
            let query = request.query
            let message = NetworkHistoryRequest(
                network: try request.reference("network"), range: query.text("range"), from: query.integer("from"),
                to: query.integer("to"), granularity: query.text("granularity"))
            return .json(try await daemon.call(NetworksService.history, message, for: request.context))
        }
    }

    private func addSessions(to router: GatewayRouter) {
        let sessions = Operation(
            "listPeerSessions", area: "History", "When a peer was online and from where, the latest first.",
            access: .role("viewer")
        ).asking([
            .init("from", .moment, "Only those that went on then or later."),
            .init("before", .moment, "Only those that began before; for the next page the last answer's next."),
            .init("limit", .integer(1...1000), "The most that are answered; by default 100."),
        ]).answering(Schemas.peerSessions)
        router.api(.get, Self.peerPath + "/sessions", sessions) { request in
            let query = request.query
            let message = SessionsRequest(
                network: try request.reference("network"), peer: try request.reference("peer"),
                from: query.integer("from"), before: query.integer("before"), limit: query.integer("limit"))
            let reply = try await daemon.call(PeersService.sessions, message, for: request.context)
            return .json { json in
                json.object { json in
                    json.field("sessions", reply.sessions)
                    json.field("next", reply.next)
                }
            }
        }
    }

    private func addPurge(to router: GatewayRouter) {
        let purge = Operation(
            "purgePeerHistory", area: "History", "Clears away a peer's history and sessions.",
            access: .role("operator")
        ).asking([.init("dry_run", .flag, "True answers what would go, and keeps it.")]).answering(Schemas.purged)
        router.api(.delete, Self.peerPath + "/history", purge) { request in
            let message = PurgeHistoryRequest(
                network: try request.reference("network"), peer: try request.reference("peer"),
                dryRun: request.query.flag("dry_run"))
            return .json(try await daemon.call(PeersService.purgeHistory, message, for: request.context))
        }
    }
}
