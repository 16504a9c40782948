import Glibc
import Logging
import ServiceLifecycle
import WGPilotCore
import WGPilotProtocol
import WGPilotStore

/// Does to peers what their time asks for: switches off those that have expired, and lets prepared keys take their place.
///
/// It wakes at the very moment, and when something about peers was changed. In between it looks every ``longestPause``,
/// for nobody tells when the machine's clock was set.
struct PeerDeadlineService: Service, CustomStringConvertible {
    private let store: StateStore
    private let reconciler: Reconciler
    private let now: @Sendable () -> Int64
    private let logger: Logger

    /// The longest time until a clock that was set is noticed.
    static let longestPause = Duration.seconds(30)
    /// How soon what failed is tried again: another change may wait to be confirmed.
    private static let retryPause = Duration.seconds(5)

    init(store: StateStore, reconciler: Reconciler, now: @escaping @Sendable () -> Int64, logger: Logger) {
        self.store = store
        self.reconciler = reconciler
        self.now = now
        self.logger = logger
    }

    func run() async {
        await cancelWhenGracefulShutdown { await watch() }
    }

    /// Follows the clock until it is cancelled.
    func watch() async {
        let (news, bell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let changes = store.changes()
        bell.yield()
        await withDiscardingTaskGroup { group in
            group.addTask {
                for await rows in changes where !rows.peers.isEmpty || rows.mayBeAnything { bell.yield() }
            }
            // When the next of those below wakes up; one that was overtaken wakes up too, and finds nothing to do.
            var wake: ContinuousClock.Instant?
            for await _ in news {
                guard let pause = await act() else { continue }
                let moment = ContinuousClock.now + pause
                if let wake, wake > .now, wake <= moment { continue }
                wake = moment
                group.addTask {
                    try? await Task.sleep(until: moment)
                    if !Task.isCancelled { bell.yield() }
                }
            }
            group.cancelAll()
        }
    }

    /// Does what is due; says how long to wait for what comes next, nil where nothing does.
    func act() async -> Duration? {
        do {
            guard let next = try await store.nextPeerDeadline() else { return nil }
            if next > now() { return pause(until: next) }
            try await expire()
            try await activate()
            return try await store.nextPeerDeadline().map { pause(until: $0) }
        } catch let error as StoreError where error.code == .failedPrecondition {
            logger.info("prepared keys wait", metadata: ["why": "\(error)"])
            // Meanwhile somebody may expire.
            let next = (try? await store.nextExpiry()) ?? nil
            return min(Self.retryPause, next.map { pause(until: $0) } ?? Self.retryPause)
        } catch {
            logger.error("peers cannot be brought up to their time", metadata: ["error": "\(error)"])
            return Self.retryPause
        }
    }

    private func expire() async throws {
        try await reconciler.changing {
            let expired = try await store.expirePeers(audit: .daemon(PeersService.disable.fullName))
            for (network, keys) in expired {
                logger.notice(
                    "peers have expired and are disabled",
                    metadata: ["network": "\(network)", "peers": "\(keys.count)"])
                _ = await reconciler.synchronize(.peers(network, keys, areLeaving: true))
            }
        }
    }

    private func activate() async throws {
        try await reconciler.changing {
            let rotated = try await store.activateDueKeys(audit: .daemon(PeersService.rotateKeys.fullName))
            for (network, keys) in rotated { _ = await reconciler.synchronize(.peers(network, keys)) }
        }
    }

    private func pause(until moment: Int64) -> Duration {
        let (left, overflow) = moment.subtractingReportingOverflow(now())
        if overflow || left > Self.longestPause.components.seconds { return Self.longestPause }
        return max(.milliseconds(10), .seconds(left) - Self.sinceTheSecondBegan)
    }

    /// The clock of the store counts whole seconds: without this everything would come up to one too late.
    private static var sinceTheSecondBegan: Duration {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return .nanoseconds(time.tv_nsec)
    }

    var description: String { "deadlines" }
}
