import Logging
import ServiceLifecycle
import WGPilotProtocol
import WGPilotStore

/// Undoes a change that was to be confirmed and was not, when its time has come; also one from before a crash.
struct ConfirmationService: Service, CustomStringConvertible {
    private let store: StateStore
    private let reconciler: Reconciler
    private let now: @Sendable () -> Int64
    private let logger: Logger
    private let news: AsyncStream<Void>
    private let bell: AsyncStream<Void>.Continuation

    init(store: StateStore, reconciler: Reconciler, now: @escaping @Sendable () -> Int64, logger: Logger) {
        self.store = store
        self.reconciler = reconciler
        self.now = now
        self.logger = logger
        (news, bell) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        bell.yield()
    }

    /// Tells that a change waits to be confirmed, or does no longer.
    func look() {
        bell.yield()
    }

    func run() async {
        await cancelWhenGracefulShutdown { await watch() }
    }

    /// Waits for deadlines until it is cancelled.
    func watch() async {
        await withDiscardingTaskGroup { group in
            for await _ in news {
                guard let pause = await undoIfDue() else { continue }
                group.addTask {
                    try? await Task.sleep(for: pause)
                    if !Task.isCancelled { bell.yield() }
                }
            }
            group.cancelAll()
        }
    }

    /// Undoes the pending change if its time has come; else says how long that is.
    private func undoIfDue() async -> Duration? {
        do {
            guard let pending = try await store.pendingChange() else { return nil }
            let left = pending.deadline - now()
            if left > 0 { return .seconds(left) }
            logger.notice("a change was not confirmed and is undone", metadata: ["change": "\(pending.description)"])
            try await reconciler.changing {
                try await store.undoPendingChange(
                    pending.id, audit: .daemon(SystemService.undo.fullName))
                _ = await reconciler.synchronize(.everything(.change))
            }
            return nil
        } catch {
            logger.error("a change that was not confirmed cannot be undone", metadata: ["error": "\(error)"])
            return .seconds(5)
        }
    }

    var description: String { "confirmation" }
}
