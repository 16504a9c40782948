import NIOCore
import Synchronization

/// Collects the pieces of a snapshot while it is read.
final class SnapshotPieces: Sendable {
    private let pieces = Mutex<[ByteBuffer]>([])

    func add(_ piece: ByteBuffer) {
        pieces.withLock { $0.append(piece) }
    }

    /// What was collected, and begins anew; nil where nothing was.
    func take() -> [ByteBuffer]? {
        pieces.withLock { pieces in
            defer { pieces = [] }
            return pieces.isEmpty ? nil : pieces
        }
    }
}
