import Synchronization
import WGPilotProtocol

/// What the daemon answered to everybody's question, kept for a second: however many ask, it is asked once.
final class SharedAnswer<Value: Sendable>: Sendable {
    private struct State {
        var value: (value: Value, at: ContinuousClock.Instant)?
        var question: Task<Result<Value, RPCError>, Never>?
        /// Grows with each ``forget()``, so that an answer from before is not kept.
        var number = 0
    }

    /// How long it is kept. A failure is not.
    static var life: Duration { .seconds(1) }

    private let now: @Sendable () -> ContinuousClock.Instant
    private let state = Mutex(State())

    /// - Parameter now: The clock.
    init(now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.now = now
    }

    /// The answer, of which `ask` is only called where none is there or under way.
    func get(_ ask: @escaping @Sendable () async throws(RPCError) -> Value) async throws(RPCError) -> Value {
        let time = now()
        let found: (value: Value?, question: Task<Result<Value, RPCError>, Never>?) = state.withLock { state in
            if let value = state.value, value.at.duration(to: time) < Self.life { return (value.value, nil) }
            if let question = state.question { return (nil, question) }
            let number = state.number
            let question = Task {
                var result: Result<Value, RPCError>
                do throws(RPCError) {
                    result = .success(try await ask())
                } catch {
                    result = .failure(error)
                }
                self.answered(result, number, time)
                return result
            }
            state.question = question
            return (nil, question)
        }
        if let value = found.value { return value }
        guard let question = found.question else {
            throw RPCError(.internal, reason: "unexpected_error", message: "nothing was asked")
        }
        return try await question.value.get()
    }

    /// Something was done that changes the answer.
    func forget() {
        state.withLock { state in
            state.value = nil
            state.question = nil
            state.number += 1
        }
    }

    private func answered(_ result: Result<Value, RPCError>, _ number: Int, _ askedAt: ContinuousClock.Instant) {
        state.withLock { state in
            guard state.number == number else { return }
            state.question = nil
            if case .success(let value) = result { state.value = (value, askedAt) }
        }
    }
}
