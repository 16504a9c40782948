import Synchronization
import WGPilotRPC

/// What becomes known of a call while it runs, for the audit log.
final class CallRecord: Sendable {
    /// Where it is in the context of a call.
    enum Key: ServerContextKey {
        typealias Value = CallRecord
    }

    private struct State {
        var caller: Caller
        var target = ""
        var isSettled = false
        var recheck: (@Sendable () async -> Bool)?
    }

    private let state: Mutex<State>

    init(_ caller: Caller) {
        state = Mutex(State(caller: caller))
    }

    /// Who calls, as far as is known by now.
    var caller: Caller {
        get { state.withLock { $0.caller } }
        set { state.withLock { $0.caller = newValue } }
    }

    /// What the caller named.
    var target: String {
        get { state.withLock { $0.target } }
        set { state.withLock { $0.target = newValue } }
    }

    /// Whether what the call bears is still good, for those that go on for long; nil where nothing can end.
    var recheck: (@Sendable () async -> Bool)? {
        get { state.withLock { $0.recheck } }
        set { state.withLock { $0.recheck = newValue } }
    }

    /// Whether nothing more is to be written: the change's own transaction did, or there is nothing to tell.
    var isSettled: Bool { state.withLock { $0.isSettled } }

    /// Says so.
    func settle() {
        state.withLock { $0.isSettled = true }
    }
}
