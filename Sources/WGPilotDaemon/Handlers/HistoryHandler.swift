import WGPilotCore
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore

/// Serves the methods about what flowed and who was online, over time.
struct HistoryHandler: Sendable {
    let hub: Hub

    private static let defaultLimit: Int64 = 100
    private static let limits: ClosedRange<Int64> = 1...1000

    func register(in router: inout RPCRouter) {
        router.register(PeersService.history) { request, _ in try await history(request) }
        router.register(NetworksService.history) { request, _ in try await history(request) }
        router.register(PeersService.sessions) { request, _ in try await sessions(request) }
        router.register(PeersService.purgeHistory) { request, context in
            let options = request.dryRun == true ? ChangeOptions(dryRun: true) : nil
            let call = Call(context, target: "\(request.network)/\(request.peer)", options: options)
            return try await purge(request, call)
        }
    }

    private func history(_ request: PeerHistoryRequest) async throws -> HistoryReply {
        let peer = try await peer(request.network, request.peer)
        return try await history(
            .peer(peer.id, in: peer.networkID),
            .init(
                range: request.range, from: request.from, to: request.to, granularity: request.granularity))
    }

    private func history(_ request: NetworkHistoryRequest) async throws -> HistoryReply {
        let network = try await hub.network(request.network)
        return try await history(
            .network(network.id),
            .init(
                range: request.range, from: request.from, to: request.to, granularity: request.granularity))
    }

    private func history(
        _ subject: HistorySubject, _ request: HistoryRange.Request
    ) async throws -> HistoryReply {
        let tiers = try await hub.stored { () async throws(StoreError) in try await hub.store.historyTiers() }
        let range = try read(request, tiers)
        let history = try await hub.stored { () async throws(StoreError) in
            try await hub.store.history(of: subject, in: range)
        }
        return HistoryReply(
            from: range.start, to: range.end, granularity: range.granularity.rawValue,
            points: history.points.map {
                HistoryPointMessage(
                    start: $0.start, received: $0.moved.received, sent: $0.moved.sent, watched: $0.watched)
            }, received: history.total.received, sent: history.total.sent, sampledAt: history.sampledAt)
    }

    private func read(_ request: HistoryRange.Request, _ tiers: HistoryTiers) throws -> HistoryRange {
        let (range, faults) = HistoryRange.read(request, tiers: tiers, now: hub.now())
        var reader = FieldReader()
        reader.add(faults)
        try reader.check()
        guard let range else {
            throw RPCError(.internal, reason: "unexpected_error", message: "a range without faults is none")
        }
        return range
    }

    private func sessions(_ request: SessionsRequest) async throws -> SessionsReply {
        let limit = try limit(of: request)
        let peer = try await peer(request.network, request.peer)
        let page = try await hub.stored { () async throws(StoreError) in
            try await hub.store.sessions(
                ofPeer: peer.id, from: request.from, before: request.before, limit: Int(limit))
        }
        return SessionsReply(sessions: page.sessions.map(PeerSessionMessage.init), next: page.next)
    }

    private func limit(of request: SessionsRequest) throws -> Int64 {
        var reader = FieldReader()
        let limit = request.limit ?? Self.defaultLimit
        if !Self.limits.contains(limit) {
            reader.add("limit", "a list has \(Self.limits.lowerBound) to \(Self.limits.upperBound) sessions")
        }
        for (field, moment) in [("from", request.from), ("before", request.before)] {
            guard let moment, !(0...HistoryRange.latest).contains(moment) else { continue }
            reader.add(
                field, "a time is 0 (1970-01-01) to \(HistoryRange.latest) (9999-12-31) in seconds, UTC")
        }
        if let from = request.from, let before = request.before, before < from {
            reader.add("before", "no session begins before \(before) and goes on after \(from)")
        }
        if let from = request.from, (0...HistoryRange.latest).contains(from), from > hub.now() {
            reader.add("from", "that lies in the future")
        }
        try reader.check()
        return limit
    }

    private func purge(_ request: PurgeHistoryRequest, _ call: Call) async throws -> PurgeHistoryReply {
        let peer = try await peer(request.network, request.peer)
        let dryRun = request.dryRun == true
        let audit = dryRun ? nil : call.audit
        let purged = try await hub.stored { () async throws(StoreError) in
            try await hub.history.purge(peer.id, dryRun: dryRun, audit: audit)
        }
        call.settle()
        return PurgeHistoryReply(
            samples: Int64(purged.samples), hourlyDays: Int64(purged.hourlyDays), dailyGroups: Int64(purged.days),
            sessions: Int64(purged.sessions), dryRun: dryRun)
    }

    private func peer(_ network: String, _ peer: String) async throws(RPCError) -> Peer {
        let network = try await hub.network(network)
        return try await hub.stored { () async throws(StoreError) in
            try await hub.store.peer(in: network.id, named: peer)
        }
    }
}

extension PeerSessionMessage {
    /// A session as it goes over the wire.
    fileprivate init(_ entry: SessionPage.Entry) {
        let session = entry.session
        self.init(
            startedAt: session.startedAt, endedAt: entry.endedAt, lastSeenAt: session.lastSeenAt,
            received: session.moved.received, sent: session.moved.sent,
            endpoints: entry.endpoints.map { SessionEndpointMessage(at: $0.at, endpoint: $0.endpoint) })
    }
}
