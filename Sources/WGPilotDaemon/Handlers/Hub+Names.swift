import WGPilotCore
import WGPilotProtocol
import WGPilotStore

extension Hub {
    /// The names of all networks by number.
    func names() async throws(RPCError) -> [Int64: String] {
        let networks = try await stored { () async throws(StoreError) in try await store.networks() }
        return Dictionary(networks.map { ($0.id, $0.settings.name.description) }) { first, _ in first }
    }

    /// The peer that a text names as NETWORK/PEER. No network's name has a slash; a peer's may.
    func peer(path: String, field: String) async throws(RPCError) -> (Network, Peer) {
        let parts = path.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            throw RPCError.invalidFields([
                FieldViolation(field: field, message: "\(path.quotedForMessage) is not NETWORK/PEER")
            ])
        }
        let network = try await network(String(parts[0]))
        let peer = try await stored { () async throws(StoreError) in
            try await store.peer(in: network.id, named: String(parts[1]))
        }
        return (network, peer)
    }
}
