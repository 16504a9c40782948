import WGPilotCore
import WGPilotProtocol
import WGPilotStore

/// The names that rules are shown with.
struct RuleNames: Sendable {
    private var networks: [Int64: String] = [:]
    private var peers: [Int64: String] = [:]

    init(_ rules: [AccessRule], _ hub: Hub) async throws(RPCError) {
        networks = try await hub.names()
        var ids: Set<Int64> = []
        for rule in rules {
            if case .peer(let id) = rule.settings.owner { ids.insert(id) }
            switch rule.settings.destination {
            case .peer(let id), .site(let id): ids.insert(id)
            case .any, .block, .tag: break
            }
        }
        if ids.isEmpty { return }
        peers = try await hub.stored { [ids] () async throws(StoreError) in try await hub.store.peerPaths(ids) }
    }

    func network(_ id: Int64) -> String { networks[id] ?? String(id) }

    /// NETWORK/PEER.
    func peer(_ id: Int64) -> String { peers[id] ?? String(id) }
}
