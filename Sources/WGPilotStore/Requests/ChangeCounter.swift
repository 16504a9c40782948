import Synchronization

/// How many transactions have changed networks or peers. Whoever finds the number that it saw last knows that nothing has
/// changed since then.
public final class ChangeCounter: Sendable {
    private let count = Atomic<UInt64>(0)

    init() {}

    /// The number by now. A change is counted before the call that made it returns.
    public var value: UInt64 { count.load(ordering: .acquiring) }

    func increment() {
        count.add(1, ordering: .acquiringAndReleasing)
    }
}
