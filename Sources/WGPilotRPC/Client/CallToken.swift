internal import Synchronization

/// Ties the cancellation of a task, which may come at any time and from any thread, to the call it makes.
final class CallToken: Sendable {
    private let cancelled = Atomic(false)
    private let stream = Atomic<UInt32>(0)

    var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

    /// The call's stream, 0 before it has one. Touched on the event loop alone.
    var streamID: UInt32 {
        get { stream.load(ordering: .relaxed) }
        set { stream.store(newValue, ordering: .relaxed) }
    }

    func markCancelled() {
        cancelled.store(true, ordering: .releasing)
    }
}
