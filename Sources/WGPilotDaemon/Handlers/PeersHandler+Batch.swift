import WGPilotCore
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore

extension PeersHandler {
    /// The most peers of one request. Their answer is then about half of what a frame holds.
    static let longestBatch = 5000

    func createBatch(_ request: CreatePeersRequest, _ call: Call) async throws -> PeersReply {
        let network = try await hub.network(request.network)
        var reader = FieldReader()
        if !(1...Self.longestBatch).contains(request.peers.count) {
            reader.add("peers", "a batch has 1 to \(Self.longestBatch) peers")
            try reader.check()
        }
        var drafts: [PeerDraft] = []
        drafts.reserveCapacity(request.peers.count)
        for (index, item) in request.peers.enumerated() {
            var part = FieldReader()
            if !item.network.isEmpty { part.add("network", "the network of the batch is meant: leave it empty") }
            if item.options != nil { part.add("options", "those of the batch are meant: leave them out") }
            let (draft, custody) = draft(of: item, in: network.settings, &part)
            if custody == .once {
                part.add("custody", "nobody would see the private keys of a batch: make the peer by itself")
            }
            drafts.append(draft)
            reader.add(part, at: "peers[\(index)]")
        }
        let bytes = drafts.reduce(0) { $0 + Self.estimatedBytes($1.settings) }
        if bytes > Self.pageBytes {
            reader.add("peers", "their texts and lists are too long for one answer: make fewer at a time")
        }
        try reader.check()
        if drafts.contains(where: { !$0.settings.siteNetworks.isEmpty }) {
            try checkSites(drafts, against: try await hub.surroundings(), own: network.interface)
        }
        let outcome = try await hub.change(call, request.options, networks: [network.id]) {
            [drafts] options async throws(StoreError) in
            try await hub.store.createPeers(in: network.id, drafts, options: options)
        } scope: {
            .peers(network.id, $0.map(\.peer.publicKey))
        }
        return PeersReply(
            peers: try messages(outcome.value.map(\.peer), outcome.value.first?.network ?? network),
            sync: sync(outcome.sync, network), change: outcome.change)
    }

    /// Refuses all networks behind the peers that the machine reaches by another interface, each by its place.
    private func checkSites(
        _ drafts: [PeerDraft], against surroundings: Hub.Surroundings, own: InterfaceName
    ) throws(RPCError) {
        var clashes: [FieldViolation] = []
        for (index, draft) in drafts.enumerated() where clashes.count < 100 {
            do throws(RPCError) {
                try hub.checkSites(draft.settings, against: surroundings, own: own)
            } catch {
                clashes += error.fields.map { .init(field: "peers[\(index)].\($0.field)", message: $0.message) }
            }
        }
        if clashes.isEmpty { return }
        throw RPCError(
            .failedPrecondition, reason: "overlap", message: clashes.map(\.message).joined(separator: "; "),
            fields: clashes)
    }

    /// The answer to a batch that was made already: its peers are numbered from the first without gaps, as one transaction
    /// made them; some of them may have gone since.
    func batchAgain(_ first: Int64, _ request: CreatePeersRequest) async throws -> PeersReply {
        let network = try await hub.network(request.network)
        let ids = (0..<Int64(request.peers.count)).map { first + $0 }
        let peers = try await hub.stored { () async throws(StoreError) in
            try await hub.store.peers(in: network.id, ids)
        }
        let standing = try await hub.standing(.peers(network.id, peers.map(\.publicKey)), request.options)
        return PeersReply(
            peers: try messages(peers, network), sync: sync(standing.sync, network), change: standing.change)
    }

    /// Peers that were made this moment have no status to ask the kernel for.
    private func messages(_ peers: [Peer], _ network: Network) throws -> [PeerMessage] {
        let plan = try hub.plan(of: network)
        return peers.map { PeerMessage($0, plan: plan) }
    }
}
