internal import Glibc
public import NIOCore
internal import NIOPosix
internal import Synchronization

/// Threads for what takes milliseconds: long lists, and whatever looks at all there is of something. They give way to those
/// that answer at once, so that one caller's download does not make all others wait.
///
/// The threads begin when they are first needed, and live as long as the program.
public final class BackgroundLane: Sendable {
    /// How nice the threads are to others: where both want a processor they get about a third of what the others do (sched(7)).
    public static let niceness: CInt = 5

    private struct State {
        var executors: [EventLoopTaskExecutor] = []
        var next = 0
    }

    private let count: Int
    private let state = Mutex(State())

    /// Makes one.
    ///
    /// - Parameter count: How many threads, at least 1.
    public init(count: Int = System.coreCount) {
        self.count = max(count, 1)
    }

    /// The thread for the next piece of work.
    public var executor: any TaskExecutor {
        state.withLock { state in
            if state.executors.isEmpty { state.executors = Self.begin(count) }
            state.next = (state.next + 1) % count
            return state.executors[state.next]
        }
    }

    private static func begin(_ count: Int) -> [EventLoopTaskExecutor] {
        MultiThreadedEventLoopGroup(numberOfThreads: count).makeIterator().map { loop in
            // On Linux each thread has a niceness of its own, and 0 is the calling thread (setpriority(2)). One that
            // cannot be set is no reason not to work.
            loop.execute { _ = setpriority(CInt(PRIO_PROCESS.rawValue), 0, niceness) }
            return EventLoopTaskExecutor(loop)
        }
    }
}
