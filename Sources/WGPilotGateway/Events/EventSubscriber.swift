import Synchronization

/// A client that follows the events, as the task sees it that writes to it.
final class EventSubscriber: Sendable {
    /// Its number in the hub.
    let id: UInt64
    /// Yields when there may be something to write.
    let news: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    /// Ends the connection, for one whose write does not end.
    let disconnect: @Sendable () -> Void

    init(id: UInt64, disconnect: @escaping @Sendable () -> Void) {
        self.id = id
        self.disconnect = disconnect
        (news, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Has the task look for what there is to write. Any number of calls before it looks are one.
    func wake() { continuation.yield() }

    /// Ends the task: the client is gone.
    func finish() { continuation.finish() }
}
