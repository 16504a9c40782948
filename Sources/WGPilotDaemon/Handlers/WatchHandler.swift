import WGPilotCore
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore

/// Serves ``WatchService``: a snapshot where one is needed, then changes as they come.
struct WatchHandler: Sendable {
    let hub: Hub
    let feed: WatchFeed

    func register(in router: inout RPCRouter) {
        router.register(WatchService.changes) { request, context, stream in
            try await watch(request, stream, context[CallRecord.Key.self]?.recheck)
        }
    }

    private func watch(
        _ request: WatchRequest, _ stream: ResponseStream<WatchEvent>, _ recheck: (@Sendable () async -> Bool)?
    ) async throws {
        var network: Network?
        if let name = request.network { network = try await hub.network(name) }
        let watcher = await feed.enter()
        do {
            try await serve(request, network, watcher, stream, recheck)
        } catch {
            await feed.leave(watcher)
            throw error
        }
        await feed.leave(watcher)
    }

    private func serve(
        _ request: WatchRequest, _ network: Network?, _ watcher: WatchFeed.Watcher,
        _ stream: ResponseStream<WatchEvent>, _ recheck: (@Sendable () async -> Bool)?
    ) async throws {
        var position: UInt64
        if request.epoch == feed.epoch, let after = request.after, await feed.changes(after: after) != nil {
            position = after
            try await stream.send(WatchEvent(sequence: position, epoch: feed.epoch, kind: "live"))
        } else {
            position = try await snapshot(of: network, stream)
        }
        var news = watcher.news.makeAsyncIterator()
        repeat {
            // One at a time: what was fetched and is not sent yet would not count for the history's bounds.
            while position < (await feed.sequence) {
                guard let entry = await feed.changes(after: position) else {
                    position = try await snapshot(of: network, stream)
                    continue
                }
                for each in entry {
                    try await send(each, network, stream)
                    position = each.event.sequence
                }
            }
            guard await news.next() != nil else { return }
            // Before anything more is told: a session that was ended meanwhile hears nothing of what came afterwards.
            if let recheck, !(await recheck()) {
                throw RPCError(
                    .unauthenticated, reason: "bad_token",
                    message: "the session or token is not valid any more; log in again, or get a new one")
            }
        } while true
    }

    private func send(
        _ entry: WatchHistory.Entry, _ network: Network?, _ stream: ResponseStream<WatchEvent>
    ) async throws {
        guard let network else { return try await stream.send(encoded: entry.encoded) }
        guard let event = entry.event.only(network.id) else { return }
        try await stream.send(event)
    }

    /// A page of a network's peers; nil where the network went while the snapshot was on its way, which is told
    /// afterwards.
    private func page(of network: Int64, _ query: PeerQuery) async throws(RPCError) -> PeerPage? {
        do {
            return try await hub.store.peers(in: network, query)
        } catch {
            if error.code == .notFound { return nil }
            throw RPCError(error)
        }
    }

    /// Sends how everything is, page by page, and returns the number after which changes follow. What changes meanwhile
    /// is told again afterwards, whole, so that it does no harm if the page had it already.
    private func snapshot(of network: Network?, _ stream: ResponseStream<WatchEvent>) async throws -> UInt64 {
        let start = await feed.sequence
        func event(_ kind: String) -> WatchEvent { WatchEvent(sequence: start, epoch: feed.epoch, kind: kind) }
        let all = try await hub.stored { () async throws(StoreError) in try await hub.store.networks() }
        let networks = all.filter { network == nil || $0.id == network?.id }
        let handler = NetworksHandler(hub: hub)
        var first = event("snapshot")
        for each in networks { first.networks.append(try await handler.message(each)) }
        try await stream.send(first)
        for each in networks {
            let plan = try hub.plan(of: each)
            var query = PeerQuery(limit: WatchFeed.peersPerEvent)
            repeat {
                guard let page = try await page(of: each.id, query) else { break }
                let statuses = await feed.statuses(of: page.peers.map(\.id))
                var piece = event("snapshot")
                piece.peers = page.peers.map { peer in
                    var message = PeerMessage(peer, plan: plan)
                    message.status = statuses[peer.id]
                    return message
                }
                if !piece.peers.isEmpty { try await stream.send(piece) }
                query.cursor = page.nextCursor
            } while query.cursor != nil
        }
        try await stream.send(event("live"))
        return start
    }
}

extension WatchEvent {
    /// The part of a change that is about one network; nil where none is.
    fileprivate func only(_ network: Int64) -> WatchEvent? {
        var event = self
        event.networks = networks.filter { $0.id == network }
        event.peers = peers.filter { $0.networkID == network }
        event.removedNetworks = removedNetworks.filter { $0 == network }
        event.statuses = statuses.filter { $0.networkID == network }
        let isEmpty =
            event.networks.isEmpty && event.peers.isEmpty && event.removedNetworks.isEmpty
            && event.removedPeers.isEmpty && event.statuses.isEmpty && event.lists.isEmpty
        return isEmpty ? nil : event
    }
}
