import Logging
import Synchronization
import WGPilotCore
import WGPilotNetlink
import WGPilotStore

/// The one consumer of changes: it alone writes to the kernel.
///
/// The database says what should be, the kernel what is, a pure plan leads from one to the other. A handler commits
/// first and then asks here; the answer says whether the change is live. What cannot be applied now is tried again, with
/// growing pauses, until it can.
///
/// For each interface the last known state of the kernel is kept, so that a change of one peer needs no dump of all.
/// Should somebody else have written meanwhile, that knowledge is stale; the comparison of the whole, which runs on a
/// timer and after every failure, finds and mends it.
final class Reconciler: Sendable {
    private struct Job: Sendable {
        var scope: SyncScope
        var done: CheckedContinuation<SyncResult, Never>?
        var isRetry = false
    }

    private struct Inbox {
        var jobs: [Job] = []
        var isClosed = false
    }

    /// What is known of the kernel; touched by the consuming task alone.
    private struct Knowledge {
        var interfaces: [Int64: KnownInterface] = [:]
        var failures = 0
        /// Whether a timer runs at whose end everything is tried again; there is never more than one.
        var retryIsScheduled = false

        /// The peers whose endpoints were chosen anew and are not yet in the kernel.
        var newEndpoints: [Int64: Set<PublicKey>] = [:]

        /// Takes out what is known of an interface, to be put back when it was changed.
        mutating func take(_ id: Int64) -> KnownInterface? {
            guard var known = interfaces.removeValue(forKey: id) else { return nil }
            for key in newEndpoints[id] ?? [] { known.forgetEndpoint(of: key) }
            return known
        }

        /// One second after the first failure, twice as long after each further one, a minute at most.
        var retryPause: Duration { .seconds(min(60, 1 << min(max(failures - 1, 0), 6))) }
    }

    private let store: StateStore
    private let kernel: any Kernel
    private let interval: Duration
    private let logger: Logger
    private let inbox = Mutex(Inbox())
    private let pending = Mutex<[Int64: String]>([:])
    /// The interfaces of networks that are gone or disabled and that could not be deleted yet, and why.
    private let undeleted = Mutex<[String]>([])
    private let wakeUps: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation

    init(store: StateStore, kernel: any Kernel, interval: Duration, logger: Logger) {
        self.store = store
        self.kernel = kernel
        self.interval = interval
        self.logger = logger
        (wakeUps, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// What waits to be applied, and why.
    var pendingReasons: [String] {
        pending.withLock { $0.sorted { $0.key < $1.key }.map(\.value) } + undeleted.withLock { $0 }
    }

    /// Brings a change that is committed to the kernel, and answers when it is there or known to be stuck.
    ///
    /// Changes that come while another is being applied are applied together, in one batch.
    func synchronize(_ scope: SyncScope) async -> SyncResult {
        await withCheckedContinuation { continuation in
            let isClosed = inbox.withLock { inbox in
                if !inbox.isClosed { inbox.jobs.append(Job(scope: scope, done: continuation)) }
                return inbox.isClosed
            }
            if isClosed {
                continuation.resume(returning: SyncResult(pending: ["the daemon is stopping"]))
            } else {
                wakeUp.yield()
            }
        }
    }

    /// Serves changes until it is cancelled; whoever waits then is told that the change is saved and not yet applied.
    func run() async {
        var knowledge = Knowledge()
        await withDiscardingTaskGroup { group in
            group.addTask { await self.askForComparisons() }
            for await _ in wakeUps {
                let jobs = inbox.withLock { inbox in
                    defer { inbox.jobs = [] }
                    return inbox.jobs
                }
                if jobs.isEmpty { continue }
                if jobs.contains(where: \.isRetry) { knowledge.retryIsScheduled = false }
                let isInStep = await serve(jobs, &knowledge)
                if isInStep {
                    knowledge.failures = 0
                } else if !knowledge.retryIsScheduled {
                    knowledge.failures += 1
                    knowledge.retryIsScheduled = true
                    let pause = knowledge.retryPause
                    group.addTask {
                        try? await Task.sleep(for: pause)
                        if !Task.isCancelled { self.post(Job(scope: .everything, isRetry: true)) }
                    }
                }
            }
            group.cancelAll()
        }
        let left = inbox.withLock { inbox in
            defer { inbox = Inbox(isClosed: true) }
            return inbox.jobs
        }
        for job in left { job.done?.resume(returning: SyncResult(pending: ["the daemon is stopping"])) }
    }

    /// Asks for a comparison without waiting for it.
    func post(_ scope: SyncScope) {
        post(Job(scope: scope))
    }

    private func post(_ job: Job) {
        inbox.withLock { inbox in
            if !inbox.isClosed { inbox.jobs.append(job) }
        }
        wakeUp.yield()
    }

    /// Asks for a comparison of the whole on a timer.
    private func askForComparisons() async {
        while true {
            do {
                try await Task.sleep(for: interval)
            } catch {
                return
            }
            post(.everything)
        }
    }

    /// Applies all changes that came meanwhile, each network once. Returns whether nothing is left to be tried again.
    private func serve(_ jobs: [Job], _ knowledge: inout Knowledge) async -> Bool {
        var whole: Set<Int64> = []
        var keys: [Int64: Set<PublicKey>] = [:]
        var isEverything = false
        for job in jobs {
            switch job.scope {
            case .everything: isEverything = true
            case .network(let id): whole.insert(id)
            case .peers(let id, let changed, let endpointsChanged):
                keys[id, default: []].formUnion(changed)
                if endpointsChanged { knowledge.newEndpoints[id, default: []].formUnion(changed) }
            }
        }
        var results: [Int64: SyncResult] = [:]
        var general = SyncResult()
        do {
            if isEverything {
                whole = Set(try await store.networks().map(\.id))
                knowledge.interfaces = knowledge.interfaces.filter { whole.contains($0.key) }
                knowledge.newEndpoints = knowledge.newEndpoints.filter { whole.contains($0.key) }
                pending.withLock { reasons in reasons = reasons.filter { whole.contains($0.key) } }
            }
            general = await deleteRetired()
            for (id, changed) in keys where !whole.contains(id) {
                results[id] = await apply(changed, of: id, &knowledge)
            }
            for id in whole.sorted() { results[id] = await compare(id, &knowledge) }
        } catch {
            general.pending.append("the database cannot be read: \(error)")
            logger.error("reconciling failed", metadata: ["error": "\(error)"])
        }
        let everything = results.sorted { $0.key < $1.key }.reduce(into: general) {
            $0.steps += $1.value.steps
            $0.pending += $1.value.pending
        }
        for job in jobs {
            switch job.scope {
            case .everything: job.done?.resume(returning: everything)
            case .network(let id):
                // A network that was deleted or disabled is in the kernel until its interface is gone.
                var result = results[id] ?? SyncResult()
                result.steps += general.steps
                result.pending += general.pending
                job.done?.resume(returning: result)
            case .peers(let id, _, _):
                job.done?.resume(returning: results[id] ?? general)
            }
        }
        return pendingReasons.isEmpty && general.pending.isEmpty
    }

    /// Deletes the interfaces of networks that were deleted or disabled.
    private func deleteRetired() async -> SyncResult {
        var result = SyncResult()
        do {
            for name in try await store.retiredInterfaces().sorted() {
                do {
                    let observed = try await kernel.observe(name)
                    let steps = Plan.between(desired: nil, observed: observed, name: name).steps
                    try await kernel.apply(steps)
                    result.steps += steps.map(\.description)
                    try await store.confirmRetired(name)
                } catch let error as KernelError where error.code == .nameTaken {
                    // Somebody else's interface bears the name now: ours is gone, and theirs is left alone.
                    try await store.confirmRetired(name)
                } catch let error as KernelError {
                    result.pending.append("interface \(name): \(error)")
                }
            }
        } catch {
            result.pending.append("the database: \(error)")
        }
        undeleted.withLock { $0 = result.pending }
        return result
    }

    /// Brings some peers to the kernel from what is known of it; compares the network whole where nothing is known.
    private func apply(
        _ keys: Set<PublicKey>, of id: Int64, _ knowledge: inout Knowledge
    ) async -> SyncResult {
        guard var known = knowledge.take(id) else { return await compare(id, &knowledge) }
        let name = known.state.name
        do {
            let desired = try await store.desiredPeers(in: id, Array(keys))
            let changes = PeerChange.between(observed: known.state.peers, desired: desired, keys: keys)
            var steps: [PlanStep] = []
            if !changes.isEmpty { steps.append(.configure(name, DeviceChange(peers: changes))) }
            var routes: Set<IPPrefix> = []
            var formerRoutes: Set<IPPrefix> = []
            for key in keys {
                routes.formUnion(desired[key]?.routes ?? [])
                formerRoutes.formUnion(known.state.routes.intersection(known.state.peers[key]?.allowedIPs ?? []))
            }
            steps += formerRoutes.subtracting(routes).sorted().map { .removeRoute(name, $0) }
            steps += routes.subtracting(known.state.routes).sorted().map { .addRoute(name, $0) }
            let missed = try await take(steps)
            knowledge.newEndpoints[id] = nil
            for key in keys {
                var observed = desired[key].map(ObservedPeer.init)
                if let status = known.state.peers[key]?.status, status.endpoint != nil { observed?.status = status }
                known.set(observed, for: key)
            }
            known.setRoutes(known.state.routes.subtracting(formerRoutes).union(routes).subtracting(missed.keys))
            knowledge.interfaces[id] = known
            // What waits already is another change's affair; only a comparison of the whole can say that nothing does.
            return finish(id, name, steps, missed.isEmpty ? nil : MissedRoutes(missed), clears: false)
        } catch let error as KernelError where error.code == .noSuchDevice {
            // Somebody deleted the interface: make it again now rather than answer that it is pending.
            return await compare(id, &knowledge)
        } catch {
            return finish(id, name, [], error)
        }
    }

    /// Observes a network's interface, compares it whole and repairs it.
    private func compare(_ id: Int64, _ knowledge: inout Knowledge) async -> SyncResult {
        knowledge.interfaces[id] = nil
        var name: InterfaceName?
        do {
            guard let desired = try await store.desiredInterface(id) else {
                knowledge.newEndpoints[id] = nil
                pending.withLock { $0[id] = nil }
                return SyncResult()
            }
            name = desired.name
            var observed = try await kernel.observe(desired.name)
            for key in knowledge.newEndpoints[id] ?? [] { observed?.peers[key]?.status.endpoint = nil }
            let steps = Plan.between(desired: desired, observed: observed, name: desired.name).steps
            let missed = try await take(steps)
            knowledge.newEndpoints[id] = nil
            if !steps.isEmpty { observed = try await kernel.observe(desired.name) }
            knowledge.interfaces[id] = observed.map(KnownInterface.init)
            return finish(id, desired.name, steps, missed.isEmpty ? nil : MissedRoutes(missed))
        } catch {
            return finish(id, name, [], error)
        }
    }

    /// Takes the steps; throws at the first that fails, but for new routes: a route that is not ours may be in the way of
    /// one, and the others must be there all the same.
    ///
    /// - Returns: The routes that could not be added, each with the reason.
    private func take(_ steps: [PlanStep]) async throws(KernelError) -> [IPPrefix: KernelError] {
        var additions: [(InterfaceName, IPPrefix)] = []
        var others: [PlanStep] = []
        for step in steps {
            if case .addRoute(let name, let prefix) = step {
                additions.append((name, prefix))
            } else {
                others.append(step)
            }
        }
        if !others.isEmpty { try await kernel.apply(others) }
        var missed: [IPPrefix: KernelError] = [:]
        for (name, prefix) in additions {
            do throws(KernelError) {
                try await kernel.apply([.addRoute(name, prefix)])
            } catch  where error.code == .noSuchDevice {
                throw error
            } catch {
                missed[prefix] = error
            }
        }
        return missed
    }

    /// Remembers and logs what came of one network.
    private func finish(
        _ id: Int64, _ name: InterfaceName?, _ steps: [PlanStep], _ error: (any Error)?, clears: Bool = true
    ) -> SyncResult {
        let place = name?.description ?? "network \(id)"
        var result = SyncResult(steps: steps.map(\.description))
        if let error {
            let reason = "\(place): \(error)"
            result.pending.append(reason)
            pending.withLock { $0[id] = reason }
            logger.error("kernel not in step", metadata: ["interface": "\(place)", "error": "\(error)"])
        } else {
            if clears { pending.withLock { $0[id] = nil } }
            for step in steps {
                logger.info("kernel changed", metadata: ["interface": "\(place)", "step": "\(step)"])
            }
        }
        return result
    }
}

extension ObservedPeer {
    /// A peer as the kernel has it right after it took it over.
    fileprivate init(_ peer: DesiredPeer) {
        self.init(
            publicKey: peer.publicKey, presharedKey: peer.presharedKey, allowedIPs: peer.allowedIPs,
            persistentKeepalive: peer.persistentKeepalive, status: PeerStatus(endpoint: peer.endpoint))
    }
}

/// The routes that could not be added, as one error.
private struct MissedRoutes: Error, CustomStringConvertible {
    let description: String

    init(_ missed: [IPPrefix: KernelError]) {
        description = missed.sorted { $0.key < $1.key }.map(\.value.description).joined(separator: "; ")
    }
}
