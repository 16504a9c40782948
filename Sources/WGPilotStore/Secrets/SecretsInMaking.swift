import Dispatch
import Synchronization

/// The secrets of a batch of drafts: the first can be stored while the others are still being made. To make the key pairs
/// takes about half as long as to store the peers, and no pair waits for another.
final class SecretsInMaking: Sendable {
    /// How many are made in one go.
    private static let size = 64

    private let drafts: [PeerDraft]
    private let parts: Mutex<[[NewSecrets]]>
    private let ready: [DispatchSemaphore]

    init(_ drafts: [PeerDraft]) {
        self.drafts = drafts
        let count = (drafts.count + Self.size - 1) / Self.size
        parts = Mutex(Array(repeating: [], count: count))
        ready = (0..<count).map { _ in DispatchSemaphore(value: 0) }
    }

    /// Begins to make all of them, on threads of their own: whoever waits for them must not depend on tasks that go on.
    func begin() {
        DispatchQueue.global().async { [self] in
            DispatchQueue.concurrentPerform(iterations: ready.count) { part in
                let start = part * Self.size
                let secrets = drafts[start..<min(start + Self.size, drafts.count)].map(NewSecrets.init)
                parts.withLock { $0[part] = secrets }
                ready[part].signal()
            }
        }
    }

    /// Those of the draft at a place. Where they are not made yet it blocks the thread until they are, so it is not for a
    /// thread of the cooperative pool.
    func secrets(at index: Int) -> NewSecrets {
        let (part, place) = index.quotientAndRemainder(dividingBy: Self.size)
        ready[part].wait()
        // For the next who asks.
        ready[part].signal()
        return parts.withLock { $0[part][place] }
    }
}
