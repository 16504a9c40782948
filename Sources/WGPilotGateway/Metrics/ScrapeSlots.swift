import Synchronization

/// How many scrapes are under way: each holds the whole hub for a moment.
final class ScrapeSlots: Sendable {
    /// One scrape, until nobody holds it any more.
    final class Slot: Sendable {
        private let slots: ScrapeSlots

        fileprivate init(_ slots: ScrapeSlots) {
            self.slots = slots
        }

        deinit {
            slots.used.withLock { $0 -= 1 }
        }
    }

    private let used = Mutex(0)
    private let most: Int

    init(_ most: Int) {
        self.most = most
    }

    /// Takes one; nil where none is free.
    func take() -> Slot? {
        let isFree = used.withLock { used in
            guard used < most else { return false }
            used += 1
            return true
        }
        return isFree ? Slot(self) : nil
    }
}
