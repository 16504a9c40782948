import Logging
import ServiceLifecycle
import Synchronization
import WGPilotCore
import WGPilotNetlink
import WGPilotStore

/// Remembers when and where peers were last seen, from what the kernel is asked for anyway: it forgets that with each
/// interface. Of each interface at most once a minute, and once more at the end.
final class SightingService: Service, CustomStringConvertible {
    private struct State {
        var noted: [InterfaceName: ContinuousClock.Instant] = [:]
        var waiting: [InterfaceName: [PublicKey: PeerStatus]] = [:]
    }

    private let store: StateStore
    private let kernel: any Kernel
    private let logger: Logger
    private let interval: Duration
    private let state = Mutex(State())
    private let news: AsyncStream<Void>
    private let bell: AsyncStream<Void>.Continuation

    init(store: StateStore, kernel: any Kernel, logger: Logger, interval: Duration = .seconds(60)) {
        self.store = store
        self.kernel = kernel
        self.logger = logger
        self.interval = interval
        (news, bell) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Takes what the kernel told of an interface's peers; cheap, and waits for nothing.
    func note(_ interface: InterfaceName, _ statuses: () -> [PublicKey: PeerStatus]) {
        let now = ContinuousClock.now
        let isDue = state.withLock { state in
            if let noted = state.noted[interface], now - noted < self.interval { return false }
            state.noted[interface] = now
            return true
        }
        guard isDue else { return }
        let statuses = statuses()
        state.withLock { $0.waiting[interface] = statuses }
        bell.yield()
    }

    /// Says that of an interface it was written just now when its peers were last seen.
    func skip(_ interface: InterfaceName) {
        state.withLock { $0.noted[interface] = .now }
    }

    func run() async {
        await cancelWhenGracefulShutdown { await self.watch() }
        await noteAll()
    }

    /// Writes what comes until it is cancelled.
    func watch() async {
        for await _ in news { await flush() }
    }

    /// Writes what has come.
    func flush() async {
        let waiting = state.withLock { state in
            defer { state.waiting = [:] }
            return state.waiting
        }
        for (interface, statuses) in waiting {
            do {
                try await store.noteSightings(on: interface, statuses)
            } catch {
                logger.error("it cannot be noted when peers were last seen", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Asks the kernel about all peers, and writes that.
    private func noteAll() async {
        guard let networks = try? await store.networks() else { return }
        for network in networks where network.settings.enabled {
            guard let statuses = try? await kernel.peerStatus(network.interface) else { continue }
            state.withLock { $0.waiting[network.interface] = statuses }
        }
        await flush()
    }

    var description: String { "sightings" }
}
