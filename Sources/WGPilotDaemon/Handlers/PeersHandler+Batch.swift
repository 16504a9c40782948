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
        var unread: [Int: Set<PeerField>] = [:]
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
            unread[index] = part.refused([.name, .address])
            reader.add(part, at: "peers[\(index)]")
        }
        let bytes = drafts.reduce(0) { $0 + Self.estimatedBytes($1.settings) }
        if bytes > Self.pageBytes {
            reader.add("peers", "their texts and lists are too long for one answer: make fewer at a time")
        }
        try await check(drafts, reader, unread: unread, in: network, isBatch: true)
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
