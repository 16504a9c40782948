import Synchronization

/// A clock that stands still until a test moves it.
final class TestClock: Sendable {
    private let seconds: Mutex<Int64>

    init(_ seconds: Int64) {
        self.seconds = Mutex(seconds)
    }

    /// Seconds since 1970-01-01 UTC.
    var now: Int64 { seconds.withLock { $0 } }

    func advance(by seconds: Int64) {
        self.seconds.withLock { $0 += seconds }
    }
}
