import NIOCore

/// How everything was at a position, as it goes to clients: made once for all who need it.
final class EventSnapshot: Sendable {
    /// Changes after it follow. What changed while the snapshot was read may be in it already, and is told again.
    let position: EventPosition
    /// The pieces, without the event that ends them.
    let pieces: [ByteBuffer]

    init(position: EventPosition, pieces: [ByteBuffer]) {
        self.position = position
        self.pieces = pieces
    }
}
