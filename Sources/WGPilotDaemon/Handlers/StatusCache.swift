import Synchronization
import WGPilotCore
import WGPilotNetlink

/// Keeps the last dump of an interface's peers while somebody reads a list page by page, so that ten pages of a
/// thousand peers cost one dump.
final class StatusCache: Sendable {
    private struct Entry {
        var status: NetworkStatus
        var taken: ContinuousClock.Instant
    }

    private static let lifetime = Duration.seconds(2)
    private let kernel: any Kernel
    private let sightings: SightingService
    private let presence: Presence
    private let entries = Mutex<[InterfaceName: Entry]>([:])

    init(kernel: any Kernel, sightings: SightingService, presence: Presence) {
        self.kernel = kernel
        self.sightings = sightings
        self.presence = presence
    }

    /// How the peers of a network stand; empty where it has no interface.
    ///
    /// - Parameter isContinued: Whether a further page of a list is being read, for which a dump a moment old will do.
    func status(of network: Network, isContinued: Bool) async throws(KernelError) -> NetworkStatus {
        let now = ContinuousClock.now
        let kept: NetworkStatus? = entries.withLock { entries in
            entries = entries.filter { now - $0.value.taken < Self.lifetime }
            return entries[network.interface]?.status
        }
        if isContinued, let kept { return kept }
        let fresh = try await look(at: network)
        entries.withLock { $0[network.interface] = Entry(status: fresh, taken: now) }
        return fresh
    }

    /// Asks the kernel, and keeps nothing.
    func look(at network: Network) async throws(KernelError) -> NetworkStatus {
        let statuses = try await kernel.peerStatus(network.interface) ?? [:]
        sightings.note(network.interface) { statuses }
        return await presence.status(of: network.id, statuses)
    }

    /// Lets go of what was kept for a list that has been read to its end.
    func drop(_ interface: InterfaceName) {
        entries.withLock { $0[interface] = nil }
    }
}
