import Logging
import NIOPosix
import WGPilotConfiguration
import WGPilotCore
import WGPilotNetlink
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore
import WGPilotTestSupport

@testable import WGPilotDaemon

/// The daemon whole, but for the process around it: real store (in memory), real router, real frames over a socket
/// pair, a kernel that is a model.
struct DaemonFixture {
    let kernel: FakeKernel
    let host: FakeHostNetwork
    let store: StateStore
    let reconciler: Reconciler
    let hub: Hub
    let policy: AuthorizationPolicy
    let clock: TestClock

    /// When the clock starts.
    static let now: Int64 = 1_800_000_000
    static let root = PeerCredentials(uid: 0, gid: 0, pid: 1, groups: [])

    /// Runs the body with a client of a fresh daemon, connected as the given caller.
    static func with(
        caller: PeerCredentials = root, endpointHost: String? = "vpn.example.org", keys: [(DaemonKey, String?)] = [],
        _ body: (DaemonFixture, RPCClient) async throws -> Void
    ) async throws {
        let kernel = FakeKernel()
        let clock = TestClock(now)
        let store = try StateStore.inMemory(now: { clock.now })
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let configuration = try DaemonConfiguration(layers: [.flags([(.endpointHost, endpointHost)] + keys)])
        let policy = AuthorizationPolicy(
            adminUsers: [100], adminGroups: [10], operatorGroups: [20], viewerUsers: [300], gatewayUser: 400)
        let audit = AuditLog(store: store, now: { clock.now }, logger: logger)
        let host = FakeHostNetwork(beside: kernel)
        let sightings = SightingService(store: store, kernel: kernel, logger: logger, interval: .zero)
        let presence = Presence(store: store, now: { clock.now })
        let history = HistoryService(
            store: store, kernel: kernel, presence: presence, sightings: sightings,
            interval: configuration.historyInterval, retention: configuration.historyRetention, machine: "test",
            now: { clock.now }, logger: logger)
        let status = StatusCache(kernel: kernel, sightings: sightings, presence: presence)
        let reconciler = Reconciler(
            store: store, kernel: MeteredKernel(kernel: kernel, history: history, status: status), host: host,
            interval: .seconds(3600), alwaysCounts: configuration.connectionAccounting == .on, logger: logger,
            now: { clock.now })
        let confirmation = ConfirmationService(store: store, reconciler: reconciler, now: { clock.now }, logger: logger)
        let hub = Hub(
            store: store, kernel: kernel, reconciler: reconciler, confirmation: confirmation,
            status: status, audit: audit, sightings: sightings, history: history,
            authentication: Authentication(
                cost: PasswordHash.Cost(memory: 8, passes: 1), monotonic: { .seconds(clock.now) }),
            configuration: configuration, startedAt: now, now: { clock.now })
        let fixture = DaemonFixture(
            kernel: kernel, host: host, store: store, reconciler: reconciler, hub: hub, policy: policy,
            clock: clock)
        let server = RPCServerConfiguration(
            router: hub.router(
                policy: policy, logger: logger,
                feed: WatchFeed(hub: hub, logger: logger, pause: .milliseconds(20), history: 50)),
            agent: "wgpilotd/test", logger: logger,
            callerRole: { policy.role(of: $0)?.rawValue ?? "none" })
        await history.prepare()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await reconciler.run() }
            group.addTask { await confirmation.watch() }
            try await InProcessTransport.withClient(
                of: server, credentials: caller, group: MultiThreadedEventLoopGroup.singleton
            ) { client in
                try await body(fixture, client)
            }
            group.cancelAll()
        }
    }
}

extension DaemonFixture {
    /// The secret of a second factor from the text that an app is given (RFC 4648 §6).
    func secondFactor(_ text: SecretText) throws -> TOTPSecret {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
        var (bits, count, bytes) = (UInt32(0), UInt32(0), [UInt8]())
        for letter in text.revealed.utf8 {
            guard let value = alphabet.firstIndex(of: letter) else { throw InvalidValue("this is not Base32") }
            bits = bits << 5 | UInt32(value)
            count += 5
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> count))
            }
        }
        guard let secret = TOTPSecret(bytes: bytes) else { throw InvalidValue("this is not a second factor") }
        return secret
    }
}

extension RPCClient {
    /// Makes a gateway network as the README does.
    @discardableResult
    func makeNetwork(
        _ name: String = "office", mode: String = "gateway", subnet: String = "10.8.0.0/24", port: Int64? = 51820
    ) async throws -> NetworkMessage {
        try await call(
            NetworksService.create,
            CreateNetworkRequest(name: name, mode: mode, subnet: subnet, listenPort: port)
        ).network
    }

    /// Makes a peer with everything at its default.
    @discardableResult
    func makePeer(_ name: String, in network: String = "office") async throws -> PeerMessage {
        try await call(PeersService.create, CreatePeerRequest(network: network, name: name)).peer
    }
}
