internal import Synchronization

/// Whether a connection takes calls, readable from any thread.
final class Usability: Sendable {
    private let isOver = Atomic(false)

    var isUsable: Bool { !isOver.load(ordering: .acquiring) }

    func end() {
        isOver.store(true, ordering: .releasing)
    }
}
