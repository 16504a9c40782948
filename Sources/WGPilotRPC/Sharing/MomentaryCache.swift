internal import Synchronization

/// Keeps values for a moment: what many ask for at the same time is made once. An empty one costs nothing.
public final class MomentaryCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Entry {
        var value: Value
        var byteCount: Int
        var began: ContinuousClock.Instant
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        var byteCount = 0
        var isSwept = false
    }

    private let lifetime: Duration
    private let capacity: Int
    private let state = Mutex(State())

    /// Makes an empty one.
    ///
    /// - Parameters:
    ///   - lifetime: How long a value is told.
    ///   - capacity: How many bytes are kept at most, by what ``keep(_:for:byteCount:since:)`` is told of them.
    public init(lifetime: Duration, capacity: Int) {
        self.lifetime = lifetime
        self.capacity = capacity
    }

    /// The value of a key; nil where there is none, or none of this moment.
    public func value(for key: Key) -> Value? {
        guard let entry = state.withLock({ $0.entries[key] }), entry.began.duration(to: .now) < lifetime else {
            return nil
        }
        return entry.value
    }

    /// Keeps a value in place of the key's former one, unless there is no room.
    ///
    /// - Parameters:
    ///   - byteCount: About how many bytes it takes.
    ///   - began: When whatever it was made of was looked at, from where on it ages.
    public func keep(_ value: Value, for key: Key, byteCount: Int, since began: ContinuousClock.Instant) {
        let isFirst = state.withLock { state in
            if let before = state.entries.removeValue(forKey: key) { state.byteCount -= before.byteCount }
            guard state.byteCount + byteCount <= capacity else { return false }
            state.entries[key] = Entry(value: value, byteCount: byteCount, began: began)
            state.byteCount += byteCount
            defer { state.isSwept = true }
            return !state.isSwept
        }
        if isFirst { Task { await sweep() } }
    }

    /// Lets go of what is too old, until nothing is left.
    private func sweep() async {
        var isDone = false
        while !isDone {
            try? await Task.sleep(for: lifetime)
            let now = ContinuousClock.now
            isDone = state.withLock { state in
                state.entries = state.entries.filter { $0.value.began.duration(to: now) < lifetime }
                state.byteCount = state.entries.reduce(0) { $0 + $1.value.byteCount }
                state.isSwept = !state.entries.isEmpty
                return state.entries.isEmpty
            }
        }
    }
}
