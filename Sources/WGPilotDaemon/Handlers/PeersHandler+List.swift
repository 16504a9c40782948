import WGPilotCore
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore

extension PeersHandler {
    private static let defaultLimit: Int64 = 2000
    /// A page ends at about this many bytes, three quarters of what a frame holds, however many peers were asked for.
    static let pageBytes = 3 << 20
    /// A hundred years.
    private static let longestTime: Int64 = 100 * 365 * 86400

    func list(_ request: ListPeersRequest, _ age: StatusCache.Age) async throws -> ListPeersReply {
        var (query, liveOrder) = try read(request)
        let network = try await hub.network(request.network)
        let plan = try hub.plan(of: network)
        // The dump of the kernel takes about as long as the rows of the database; neither waits for the other.
        let isOnlyStale = request.stale ?? false
        if isOnlyStale { query.staleWithHost = try await endpointHost(of: network).host }
        async let kernelSide = status(of: network, age: request.cursor == nil ? age : .page)
        if let online = request.online {
            let keys = await kernelSide.status.online
            if online { query.onlyKeys = keys } else { query.exceptKeys = keys }
        }
        let page: Page
        if let liveOrder {
            page = try await self.page(of: network, query, liveOrder, await kernelSide.status)
        } else {
            let stored = try await hub.stored { [query] () async throws(StoreError) in
                try await hub.store.peers(in: network.id, query)
            }
            page = Page(
                peers: stored.peers, cursors: stored.peers.map(query.cursor), next: stored.nextCursor)
        }
        let (status, missing) = await kernelSide
        if page.next == nil { hub.status.drop(network.interface) }
        var reply = ListPeersReply(peers: [], statusMissing: missing)
        reply.peers.reserveCapacity(page.peers.count)
        var bytes = 0
        for (peer, cursor) in zip(page.peers, page.cursors) {
            reply.peers.append(
                PeerMessage(
                    peer, plan: plan, status: status.peers[peer.publicKey],
                    isOnline: status.online.contains(peer.publicKey), isStale: isOnlyStale ? true : nil))
            bytes += Self.estimatedBytes(peer.settings)
            if bytes > Self.pageBytes {
                reply.nextCursor = cursor
                return reply
            }
        }
        reply.nextCursor = page.next
        return reply
    }

    /// About how many bytes of an answer a peer takes: everything but the texts and lists is short.
    static func estimatedBytes(_ settings: PeerSettings) -> Int {
        256 + settings.notes.utf8.count + settings.name.description.utf8.count
            + 48 * (settings.siteNetworks.count + settings.extraCIDRs.count + settings.tags.count)
            + 48 * settings.excludedCIDRs.count + 256 * (settings.searchDomains?.count ?? 0)
    }

    /// Peers, each with the cursor of a page that would follow it.
    private struct Page {
        var peers: [Peer]
        var cursors: [String]
        /// Where the next page begins; nil at the end.
        var next: String?
    }

    private func page(
        of network: Network, _ query: PeerQuery, _ order: LivePeerOrder, _ status: NetworkStatus
    ) async throws -> Page {
        let start = query.cursor.map(PeerCursor.init)
        if let start, start == nil {
            throw RPCError.invalidFields([FieldViolation(field: "cursor", message: "no page gave this cursor")])
        }
        let keys = try await hub.stored { () async throws(StoreError) in
            try await hub.store.peerKeys(in: network.id, query)
        }
        let places = order.page(
            of: keys, status, isDescending: query.isDescending, after: start ?? nil, limit: query.limit)
        let peers = try await hub.stored { () async throws(StoreError) in
            try await hub.store.peers(in: network.id, places.map(\.id))
        }
        // Some may have gone just now.
        let cursors = Dictionary(uniqueKeysWithValues: places.map { ($0.id, $0.text) })
        return Page(
            peers: peers, cursors: peers.map { cursors[$0.id] ?? String($0.id) },
            next: places.count < query.limit ? nil : places.last?.text)
    }

    private func read(_ request: ListPeersRequest) throws -> (PeerQuery, LivePeerOrder?) {
        var reader = FieldReader()
        let limit = request.limit ?? Self.defaultLimit
        if !(1...Int64(PeerQuery.maximumLimit)).contains(limit) {
            reader.add("limit", "a page has 1 to \(PeerQuery.maximumLimit) peers")
        }
        if let seconds = request.expiringWithin, !(1...Self.longestTime).contains(seconds) {
            reader.add("expiring_within", "a time is 1 to \(Self.longestTime) seconds")
        }
        let role = reader.read("role", request.role, PeerRole.init)
        let sort = request.sort ?? PeerQuery.Order.id.rawValue
        let order = PeerQuery.Order(rawValue: sort)
        let liveOrder = LivePeerOrder(rawValue: sort)
        if order == nil, liveOrder == nil {
            let known = PeerQuery.Order.allCases.map(\.rawValue) + LivePeerOrder.allCases.map(\.rawValue)
            reader.add("sort", "\(sort.quotedForMessage) is not one of \(known.joined(separator: ", "))")
        }
        try reader.check()
        var query = PeerQuery(
            order: order ?? .id, cursor: request.cursor, limit: Int(limit), filter: request.filter)
        query.isDescending = request.descending ?? false
        query.role = role
        query.tag = request.tag
        query.enabled = request.enabled
        query.expiringBefore = request.expiringWithin.map { hub.now() + $0 }
        return (query, liveOrder)
    }
}
