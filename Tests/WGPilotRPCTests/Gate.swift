import Synchronization

/// Lets handlers of a test stop until the test says go.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiters: [Int: CheckedContinuation<Void, any Error>] = [:]
        var next = 0
    }

    private let state = Mutex(State())

    func open() {
        let waiters = state.withLock { state in
            state.isOpen = true
            defer { state.waiters = [:] }
            return state.waiters
        }
        for waiter in waiters.values { waiter.resume() }
    }

    /// Returns when the gate is open; throws when the task is cancelled first.
    func wait() async throws {
        let number = self.number()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                enter(number, continuation)
                // The handler below may have run already, and found nobody.
                if Task.isCancelled { leave(number) }
            }
        } onCancel: {
            leave(number)
        }
    }

    /// Returns when the gate is open, and not before, whatever happens to the task.
    func waitStubbornly() async {
        try? await withCheckedThrowingContinuation { enter(number(), $0) }
    }

    private func number() -> Int {
        state.withLock { state in
            state.next += 1
            return state.next
        }
    }

    private func enter(_ number: Int, _ continuation: CheckedContinuation<Void, any Error>) {
        let isOpen = state.withLock { state in
            if !state.isOpen { state.waiters[number] = continuation }
            return state.isOpen
        }
        if isOpen { continuation.resume() }
    }

    private func leave(_ number: Int) {
        state.withLock { $0.waiters.removeValue(forKey: number) }?.resume(throwing: CancellationError())
    }
}
