import NIOCore

/// What a client's task is to do next.
enum EventDelivery: Sendable {
    /// Wait for news.
    case wait
    /// Write this.
    case write(ByteBuffer)
    /// Write a snapshot, as long as ``EventHub/mayContinue(_:with:)`` says so, then this.
    case snapshot(EventSnapshot, then: ByteBuffer)
    /// Write this, and end the stream.
    case end(ByteBuffer)
}
