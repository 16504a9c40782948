internal import NIOCore

/// A connection as it can be handed to other threads: whatever is done with it happens on its event loop.
struct ServerConnectionReference: Sendable {
    let channel: any Channel
    /// Fulfilled once the channel is closed and every handler has returned.
    let ended: EventLoopFuture<Void>
    private let connection: NIOLoopBound<ServerConnection>

    /// Makes a reference, on the channel's event loop.
    init(_ connection: ServerConnection, channel: any Channel, ended: EventLoopFuture<Void>) {
        self.channel = channel
        self.ended = ended
        self.connection = NIOLoopBound(connection, eventLoop: channel.eventLoop)
    }

    /// Runs `body` on the event loop: at once if this is its thread, else soon.
    func onEventLoop(_ body: @escaping @Sendable (ServerConnection) -> Void) {
        if channel.eventLoop.inEventLoop {
            body(connection.value)
        } else {
            channel.eventLoop.execute { body(connection.value) }
        }
    }

    /// Runs `body` on the event loop, after what the loop has to do before.
    func later(_ body: @escaping @Sendable (ServerConnection) -> Void) {
        channel.eventLoop.execute { body(connection.value) }
    }

    /// Runs `body` on the event loop when the time has come, unless it is called off.
    func schedule(
        at deadline: NIODeadline, _ body: @escaping @Sendable (ServerConnection) -> Void
    ) -> Scheduled<Void> {
        channel.eventLoop.scheduleTask(deadline: deadline) { body(connection.value) }
    }

    /// Takes no further calls, and closes once those in flight are answered.
    func beginDrain() {
        onEventLoop { $0.drain("The server is shutting down.") }
    }

    /// Closes now; calls in flight are cancelled.
    func close() {
        channel.close(promise: nil)
    }
}
