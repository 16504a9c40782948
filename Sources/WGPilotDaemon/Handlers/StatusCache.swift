import Synchronization
import WGPilotCore
import WGPilotNetlink
import WGPilotRPC

/// Keeps the last dump of an interface's peers while somebody reads a list page by page, so that ten pages of a
/// thousand peers cost one dump; and for a moment for those behind the gateway, so that any number of them costs four a second.
final class StatusCache: Sendable {
    /// How old a dump may be.
    enum Age {
        /// Asked for now.
        case none
        /// A quarter of a second: browsers are told of changes once a second, and there may be many at once.
        case moment
        /// As old as the list of which a further page is read.
        case page

        /// What a caller is told at once: those behind the gateway may be many.
        init(for context: ServerContext) {
            self =
                switch context[CallRecord.Key.self]?.caller.actor.kind {
                case .web, .token: .moment
                case .user, .daemon, nil: .none
                }
        }
    }

    private struct Entry {
        var status: NetworkStatus
        var taken: ContinuousClock.Instant
    }

    /// A dump that is there or on its way.
    private struct Reading {
        var began: ContinuousClock.Instant
        var task: Task<Result<NetworkStatus, KernelError>, Never>
    }

    private static let lifetime = Duration.seconds(2)
    /// For how long what was told is told again.
    static let moment = Duration.milliseconds(250)
    private let kernel: any Kernel
    private let sightings: SightingService
    private let presence: Presence
    private let entries = Mutex<[InterfaceName: Entry]>([:])
    private let readings = Mutex<[InterfaceName: Reading]>([:])
    private let changed = Atomic<UInt64>(0)

    /// How many times something was changed in the kernel.
    var revision: UInt64 { changed.load(ordering: .sequentiallyConsistent) }

    init(kernel: any Kernel, sightings: SightingService, presence: Presence) {
        self.kernel = kernel
        self.sightings = sightings
        self.presence = presence
    }

    /// How the peers of a network stand; empty where it has no interface.
    ///
    /// - Parameter age: How old what is told may be.
    func status(of network: Network, age: Age) async throws(KernelError) -> NetworkStatus {
        let now = ContinuousClock.now
        let kept: NetworkStatus? = entries.withLock { entries in
            entries = entries.filter { now - $0.value.taken < Self.lifetime }
            return entries[network.interface]?.status
        }
        if case .page = age, let kept { return kept }
        let fresh = try await glance(at: network, age: age)
        entries.withLock { $0[network.interface] = Entry(status: fresh, taken: now) }
        return fresh
    }

    /// The same for who asks only once, of whose dump no page will be read.
    func glance(at network: Network, age: Age) async throws(KernelError) -> NetworkStatus {
        if case .moment = age { return try await reading(of: network).value.get() }
        return try await look(at: network)
    }

    /// Asks the kernel, and keeps nothing.
    func look(at network: Network) async throws(KernelError) -> NetworkStatus {
        let statuses = try await kernel.peerStatus(network.interface) ?? [:]
        sightings.note(network.interface) { statuses }
        return await presence.status(of: network.id, statuses)
    }

    /// The dump of this moment, begun by whoever asks first.
    private func reading(of network: Network) -> Task<Result<NetworkStatus, KernelError>, Never> {
        let now = ContinuousClock.now
        return readings.withLock { readings in
            if let reading = readings[network.interface], now - reading.began < Self.moment { return reading.task }
            let task = Task { () async -> Result<NetworkStatus, KernelError> in
                // A dump of many peers is large: it goes when its moment is over.
                Task {
                    try? await Task.sleep(for: Self.moment)
                    self.readings.withLock { readings in
                        if readings[network.interface]?.began == now { readings[network.interface] = nil }
                    }
                }
                do throws(KernelError) {
                    return .success(try await self.look(at: network))
                } catch {
                    return .failure(error)
                }
            }
            readings[network.interface] = Reading(began: now, task: task)
            return task
        }
    }

    /// Whoever asks from now on is told how things stand after what was done.
    func forgetTheMoment() {
        readings.withLock { $0 = [:] }
        changed.add(1, ordering: .sequentiallyConsistent)
    }

    /// Lets go of what was kept for a list that has been read to its end.
    func drop(_ interface: InterfaceName) {
        entries.withLock { $0[interface] = nil }
    }
}
