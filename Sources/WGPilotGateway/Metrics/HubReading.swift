import WGPilotProtocol
import WGPilotRPC

/// Everything that a scrape asks the daemon, in the name of whoever scrapes.
struct HubReading: Sendable {
    /// What is known of a network beside its message.
    struct NetworkFigures: Sendable {
        var network: NetworkMessage
        /// How many peers are in each of ``states``.
        var peers: [Int]
        var isStatusKnown = true
    }

    /// When a peer is switched off by itself.
    struct Expiry: Sendable {
        var interface: String
        var publicKey: String
        var name: String
        var at: Int64
    }

    static let states = ["online", "offline", "pending", "disabled", "expired"]

    var info: SystemInfo
    var drift: DriftReply
    var networks: [NetworkFigures] = []
    var samples = PeerSamples()
    var expiries: [Expiry] = []

    /// Asks for everything.
    ///
    /// - Parameter drift: What is known of it; nil to ask.
    /// - Throws: What the daemon refused a call with.
    static func read(
        _ client: RPCClient, _ metadata: Metadata, drift known: DriftReply?
    ) async throws(RPCError) -> HubReading {
        do {
            async let info = client.call(SystemService.info, Empty(), timeout: timeout, metadata: metadata)
            async let drift = drift(client, metadata, known)
            let networks = try await client.call(NetworksService.list, Empty(), timeout: timeout, metadata: metadata)
            var collected = PeerFigures()
            for network in networks.networks {
                try await collected.read(network, client, metadata)
            }
            return HubReading(
                info: try await info, drift: try await drift, networks: collected.networks,
                samples: collected.samples, expiries: collected.expiries)
        } catch let error as RPCError {
            throw error
        } catch {
            throw RPCError(.unknown, reason: "", message: "\(error)")
        }
    }

    private static func drift(
        _ client: RPCClient, _ metadata: Metadata, _ known: DriftReply?
    ) async throws(RPCError) -> DriftReply {
        if let known { return known }
        return try await client.call(SystemService.drift, Empty(), timeout: timeout, metadata: metadata)
    }

    static let timeout = Duration.seconds(20)
    /// The largest page there is: the kernel is asked once for all of it.
    static let pagePeers: Int64 = 10_000
}

/// The peers of one network after another.
private struct PeerFigures {
    var networks: [HubReading.NetworkFigures] = []
    var samples = PeerSamples()
    var expiries: [HubReading.Expiry] = []

    mutating func read(_ network: NetworkMessage, _ client: RPCClient, _ metadata: Metadata) async throws {
        var figures = HubReading.NetworkFigures(
            network: network, peers: [Int](repeating: 0, count: HubReading.states.count))
        samples.reserve(Int(clamping: network.peers))
        var next: Task<ListPeersReply, any Error>? = ask(network, nil, client, metadata)
        defer { next?.cancel() }
        do {
            while let asked = next {
                let page = try await asked.value
                // The next page is on its way while this one is taken apart.
                next = page.nextCursor.map { ask(network, $0, client, metadata) }
                if page.statusMissing != nil { figures.isStatusKnown = false }
                for peer in page.peers { add(peer, of: network, to: &figures) }
            }
        } catch let error as RPCError where error.code == .notFound {
            // It was removed this moment: what was seen of its peers is still true of then.
        }
        networks.append(figures)
    }

    private func ask(
        _ network: NetworkMessage, _ cursor: String?, _ client: RPCClient, _ metadata: Metadata
    ) -> Task<ListPeersReply, any Error> {
        let request = ListPeersRequest(network: network.name, cursor: cursor, limit: HubReading.pagePeers)
        return Task {
            try await client.call(PeersService.list, request, timeout: HubReading.timeout, metadata: metadata)
        }
    }

    private mutating func add(
        _ peer: PeerMessage, of network: NetworkMessage, to figures: inout HubReading.NetworkFigures
    ) {
        let state: Int
        switch (peer.enabled, peer.status) {
        case (true, let status?): state = status.online ? 0 : 1
        case (true, nil): state = 2
        case (false, _): state = peer.disabledReason == "expired" ? 4 : 3
        }
        figures.peers[state] += 1
        if let status = peer.status { samples.add(peer, status, interface: network.interface) }
        if peer.enabled, let at = peer.expiresAt {
            expiries.append(
                HubReading.Expiry(
                    interface: network.interface, publicKey: peer.publicKey, name: peer.name, at: at))
        }
    }
}
