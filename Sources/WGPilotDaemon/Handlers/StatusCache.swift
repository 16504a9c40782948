import Synchronization
import WGPilotCore
import WGPilotNetlink

/// Keeps the last dump of an interface's peers while somebody reads a list page by page, so that ten pages of a
/// thousand peers cost one dump.
final class StatusCache: Sendable {
    private struct Entry {
        var statuses: [PublicKey: PeerStatus]
        var taken: ContinuousClock.Instant
    }

    private static let lifetime = Duration.seconds(2)
    private let kernel: any Kernel
    private let sightings: SightingService
    private let entries = Mutex<[InterfaceName: Entry]>([:])

    init(kernel: any Kernel, sightings: SightingService) {
        self.kernel = kernel
        self.sightings = sightings
    }

    /// The status of an interface's peers; empty where there is no such interface.
    ///
    /// - Parameter isContinued: Whether a further page of a list is being read, for which a dump a moment old will do.
    func statuses(
        of interface: InterfaceName, isContinued: Bool
    ) async throws(KernelError) -> [PublicKey: PeerStatus] {
        let now = ContinuousClock.now
        let kept: [PublicKey: PeerStatus]? = entries.withLock { entries in
            entries = entries.filter { now - $0.value.taken < Self.lifetime }
            return entries[interface]?.statuses
        }
        if isContinued, let kept { return kept }
        let fresh = try await kernel.peerStatus(interface) ?? [:]
        sightings.note(interface) { fresh }
        entries.withLock { $0[interface] = Entry(statuses: fresh, taken: now) }
        return fresh
    }

    /// Lets go of what was kept for a list that has been read to its end.
    func drop(_ interface: InterfaceName) {
        entries.withLock { $0[interface] = nil }
    }
}
