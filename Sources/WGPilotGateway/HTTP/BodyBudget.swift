import HTTPTypes
import Synchronization

/// The room that the bodies of all requests under way may take together: however many clients send large ones, or stop half-way,
/// the gateway stays as small as it was.
final class BodyBudget: Sendable {
    private struct State {
        var all = 0
        var open = 0
    }

    /// In bytes.
    let most: Int
    private let state = Mutex(State())

    /// - Parameter most: In bytes.
    init(most: Int = 64 << 20) {
        self.most = most
    }

    /// How many bytes are taken.
    var taken: Int { state.withLock { $0.all } }

    /// The room of one body, until it is let go.
    final class Share: Sendable {
        private let budget: BodyBudget
        private let isOpen: Bool
        private let held = Mutex(0)

        init(of budget: BodyBudget, isOpen: Bool) {
            self.budget = budget
            self.isOpen = isOpen
        }

        /// Takes room for so many bytes more.
        ///
        /// - Throws: 503 where there is none.
        func take(_ count: Int) throws(HTTPFailure) {
            let hasRoom = budget.state.withLock { state in
                // Whoever shows nothing leaves room for those who do.
                guard state.all + count <= budget.most, !isOpen || state.open + count <= budget.most / 4 else {
                    return false
                }
                state.all += count
                if isOpen { state.open += count }
                return true
            }
            guard hasRoom else {
                throw HTTPFailure(
                    .serviceUnavailable, "busy", "Too many large requests are under way; come back later.",
                    headers: [.retryAfter: "2", .connection: "close"])
            }
            held.withLock { $0 += count }
        }

        /// Gives it back.
        func end() {
            let count = held.withLock { held in
                defer { held = 0 }
                return held
            }
            if count == 0 { return }
            budget.state.withLock { state in
                state.all -= count
                if isOpen { state.open -= count }
            }
        }
    }
}
