import Logging
import WGPilotCore
import WGPilotNetlink
import WGPilotProtocol
import WGPilotStore

/// What every handler works with.
struct Hub: Sendable {
    let store: StateStore
    let kernel: any Kernel
    let reconciler: Reconciler
    let confirmation: ConfirmationService
    let status: StatusCache
    let audit: AuditLog
    let sightings: SightingService
    let history: HistoryService
    let authentication: Authentication
    let configuration: DaemonConfiguration
    let startedAt: Int64
    let now: @Sendable () -> Int64

    /// Runs a use case of the store, and turns its refusal into the caller's.
    func stored<Value>(_ body: () async throws(StoreError) -> Value) async throws(RPCError) -> Value {
        do {
            return try await body()
        } catch {
            throw RPCError(error)
        }
    }

    /// The network that a request names.
    func network(_ reference: String) async throws(RPCError) -> Network {
        try await stored { () async throws(StoreError) in try await store.network(named: reference) }
    }

    /// The numbering of a network's subnets. The store admits no network without one.
    func plan(of network: Network) throws(RPCError) -> AddressPlan {
        guard let plan = network.settings.addressPlan else {
            throw RPCError(.dataLoss, reason: "corrupt_database", message: "network \(network.id) has no valid subnet")
        }
        return plan
    }

    /// How many peers of these networks are online; nil where the kernel could not be asked about each.
    func online(of networks: [Network], age: StatusCache.Age = .none) async -> Int64? {
        var count: Int64 = 0
        for network in networks where network.settings.enabled {
            guard let found = try? await status.glance(at: network, age: age) else { return nil }
            count += Int64(found.online.count)
        }
        return count
    }

    /// The host that clients are given where their network names none: the configuration's, else the machine's first
    /// global address that is not on an interface of WireGuard.
    func defaultEndpointHost() async throws(KernelError) -> (host: EndpointHost, isGuess: Bool)? {
        if let host = configuration.endpointHost { return (host, false) }
        let candidates = try await kernel.links().filter { link in
            link.isUp && !link.isLoopback && link.kind != "wireguard" && link.kind != "tun"
        }
        let addresses = candidates.flatMap(\.globalAddresses).map(\.address)
        // IPv4 first: it is what most clients can reach.
        return (addresses.first { $0.isV4 } ?? addresses.first).map { (EndpointHost($0), true) }
    }
}
