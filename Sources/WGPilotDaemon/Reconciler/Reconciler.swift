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
final class Reconciler: Sendable {
    private struct Job: Sendable {
        var scope: SyncScope
        var done: CheckedContinuation<SyncResult, Never>?
        var isRetry = false
    }

    private struct Inbox {
        var jobs: [Job] = []
        var isClosed = false
        /// Changes that handlers have begun and not yet handed over; see ``changing(_:)``.
        var changesInFlight = 0
        /// Grows with each of them, so that one that came and went is noticed too.
        var changesBegun = 0
    }

    let store: StateStore
    let kernel: any Kernel
    let host: any HostNetwork
    let logger: Logger
    /// What drifted and what was repaired.
    let ledger: DriftLedger
    /// What waits in the networks, and why.
    let pending = Mutex<[Int64: String]>([:])
    /// The interfaces of networks that are gone or disabled and that could not be deleted yet, and why.
    let undeleted = Mutex<[String]>([])
    /// What of the rules and of forwarding waits, and why.
    let unruled = Mutex<[String]>([])
    /// What limits of bandwidth wait in the networks, and why.
    let unlimited = Mutex<[Int64: [String]]>([:])
    /// Who remembers when peers were last seen; nil where nobody does.
    let sightings: SightingService?
    private let interval: Duration
    /// Whether what connections carry is counted as long as there is a network, and not only once somebody looks.
    let alwaysCounts: Bool
    /// What is looked at while the rest of the daemon starts.
    private let ahead = Mutex<Task<[Int64: RecognizedInterface], Never>?>(nil)
    private let inbox = Mutex(Inbox())
    /// The names of the interfaces that are ours; news of others is not acted upon.
    private let ownNames = Mutex<Set<String>>([])
    /// What news asks for and what is gathered for a moment.
    private let news = Mutex<[SyncScope]>([])
    private let wakeUps: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation

    init(
        store: StateStore, kernel: any Kernel, host: any HostNetwork, interval: Duration, alwaysCounts: Bool = false,
        logger: Logger, sightings: SightingService? = nil, now: @escaping @Sendable () -> Int64
    ) {
        self.store = store
        self.kernel = kernel
        self.host = host
        self.sightings = sightings
        self.interval = interval
        self.alwaysCounts = alwaysCounts
        self.logger = logger
        ledger = DriftLedger(now: now)
        (wakeUps, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// What waits to be applied, and why.
    var pendingReasons: [String] {
        pending.withLock { $0.sorted { $0.key < $1.key }.map(\.value) } + undeleted.withLock { $0 }
            + unruled.withLock { $0 } + unlimitedReasons
    }

    /// What limits of bandwidth wait, and why.
    var unlimitedReasons: [String] { unlimited.withLock { $0.sorted { $0.key < $1.key }.flatMap(\.value) } }

    /// What of the rules and of forwarding waits, and why.
    var unruledReasons: [String] { unruled.withLock { $0 } }

    // MARK: Asking

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

    /// Begins to look which interfaces are as they were left, for the comparison at the start to find it done: reading a
    /// device of many peers takes about as long as the rest of the daemon's start.
    func lookAhead() {
        let task = Task {
            var found: [Int64: RecognizedInterface] = [:]
            // What cannot be told so is compared whole.
            for network in (try? await store.networks()) ?? [] where network.settings.enabled {
                found[network.id] = try? await recognition(of: network.id)
            }
            return found
        }
        ahead.withLock { $0 = task }
    }

    /// Asks for a comparison without waiting for it.
    func post(_ scope: SyncScope) {
        post(Job(scope: scope))
    }

    /// Runs what changes the database and then synchronizes. What is committed and not yet in the kernel must not be
    /// taken for somebody else's doing by a comparison that comes in between.
    func changing<Value>(_ body: () async throws -> Value) async rethrows -> Value {
        inbox.withLock {
            $0.changesInFlight += 1
            $0.changesBegun += 1
        }
        defer { inbox.withLock { $0.changesInFlight -= 1 } }
        return try await body()
    }

    /// Tells one quiet moment from another; nil while a change is on its way.
    var quietMoment: Int? {
        inbox.withLock { $0.changesInFlight == 0 ? $0.changesBegun : nil }
    }

    private func post(_ job: Job) {
        inbox.withLock { inbox in
            // Several that nobody waits for find the same.
            let isThere = inbox.jobs.contains { $0.done == nil && !$0.isRetry && $0.scope == job.scope }
            if !inbox.isClosed && (!isThere || job.isRetry) { inbox.jobs.append(job) }
        }
        wakeUp.yield()
    }

    // MARK: Running

    /// Serves changes until it is cancelled; whoever waits then is told that the change is saved and not yet applied.
    func run() async {
        var knowledge = KernelKnowledge()
        await withDiscardingTaskGroup { group in
            group.addTask { await self.askForComparisons() }
            group.addTask { await self.followEvents() }
            for await _ in wakeUps {
                let jobs = inbox.withLock { inbox in
                    defer { inbox.jobs = [] }
                    return inbox.jobs
                }
                if jobs.isEmpty {
                    if await tendLimits(&knowledge) { wakeUp.yield() }
                    continue
                }
                if jobs.contains(where: \.isRetry) { knowledge.retryIsScheduled = false }
                let isInStep = await serve(jobs, &knowledge)
                if !knowledge.recognized.isEmpty {
                    knowledge.recognized = []
                    post(.links)
                }
                let unsealed = knowledge.unsealed
                knowledge.unsealed = [:]
                await seal(unsealed)
                // When nothing else is to be done.
                wakeUp.yield()
                if isInStep {
                    knowledge.failures = 0
                } else if !knowledge.retryIsScheduled {
                    knowledge.failures += 1
                    knowledge.retryIsScheduled = true
                    let pause = knowledge.retryPause
                    // What a kernel cannot limit must not make it tell all its peers every minute.
                    let scope: SyncScope = knowledge.onlyLimitsAreBehind ? .limits : .everything(.change)
                    group.addTask {
                        try? await Task.sleep(for: pause)
                        if !Task.isCancelled { self.post(Job(scope: scope, isRetry: true)) }
                    }
                }
            }
            group.cancelAll()
        }
        let left = inbox.withLock { inbox in
            defer {
                inbox.jobs = []
                inbox.isClosed = true
            }
            return inbox.jobs
        }
        for job in left { job.done?.resume(returning: SyncResult(pending: ["the daemon is stopping"])) }
    }

    /// Asks for a comparison of the whole on a timer.
    private func askForComparisons() async {
        while (try? await Task.sleep(for: interval)) != nil { post(.everything(.check)) }
    }

    /// How long news is gathered before it is looked into: changes come in bursts.
    private static let gathering = Duration.milliseconds(50)

    /// Turns news of the network stack into comparisons.
    private func followEvents() async {
        var isFirst = true
        while !Task.isCancelled {
            do throws(KernelError) {
                let events = try await host.events()
                // What happened while nobody listened.
                if !isFirst { post(.everything(.check)) }
                isFirst = false
                await withDiscardingTaskGroup { group in
                    for await event in events {
                        guard let scope = scope(of: event) else { continue }
                        let isFirstOfBurst = news.withLock { gathered in
                            defer { if !gathered.contains(scope) { gathered.append(scope) } }
                            return gathered.isEmpty
                        }
                        guard isFirstOfBurst else { continue }
                        group.addTask {
                            try? await Task.sleep(for: Self.gathering)
                            let scopes = self.news.withLock { gathered in
                                defer { gathered = [] }
                                return gathered
                            }
                            for scope in scopes { self.post(scope) }
                        }
                    }
                }
            } catch {
                logger.error("no news of the network stack", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: .seconds(5))
        }
    }

    private func scope(of event: HostEvent) -> SyncScope? {
        switch event {
        case .link(let name): name.map { name in ownNames.withLock { $0.contains(name) } } ?? true ? .links : nil
        case .traffic(let name):
            name.map { name in ownNames.withLock { $0.contains(name) } } ?? true ? .traffic(name) : nil
        case .firewall, .forwarding: .firewall
        case .lost: .everything(.check)
        }
    }

    /// Remembers that an interface is ours, so that news of it is heard.
    func noteOwn(_ name: InterfaceName) { noteOwn(name.description) }

    /// Remembers that a link is ours, so that news of it is heard.
    func noteOwn(_ name: String) {
        _ = ownNames.withLock { $0.insert(name) }
    }

    // MARK: Serving

    /// Applies all changes that came meanwhile, each network once. Returns whether nothing is left to be tried again.
    private func serve(_ jobs: [Job], _ knowledge: inout KernelKnowledge) async -> Bool {
        var work = Work(jobs.map(\.scope))
        var results: [Int64: SyncResult] = [:]
        var general = SyncResult()
        var rules = SyncResult()
        var counting = SyncResult()
        do {
            if work.everything == .start {
                knowledge.ahead = await ahead.withLock { $0.take() }?.value
                // Nothing reaches the kernel that a damaged database says.
                try await store.checked()
            }
            defer { knowledge.ahead = nil }
            if let cause = work.everything {
                let networks = Set(try await store.networks().map(\.id))
                for id in networks where work.whole[id] == nil { work.whole[id] = cause }
                knowledge.keep(networks)
                ledger.keep(networks)
                pending.withLock { reasons in reasons = reasons.filter { networks.contains($0.key) } }
                unlimited.withLock { reasons in reasons = reasons.filter { networks.contains($0.key) } }
            }
            for (id, keys) in work.endpointsChanged { knowledge.newEndpoints[id, default: []].formUnion(keys) }
            // Who leaves does so before the rules that bound it, who comes finds the rules in place.
            general = await deleteRetired(&knowledge)
            for (id, keys) in work.leaving where work.whole[id] == nil {
                results[id] = await apply(keys, of: id, &knowledge)
            }
            await endLostConnections(&knowledge)
            if work.touchesFirewall { rules = await synchronizeFirewall(&knowledge, verifying: work.verifies) }
            for (id, keys) in work.peers where work.whole[id] == nil {
                results[id] = await results[id, default: SyncResult()] + apply(keys, of: id, &knowledge)
            }
            if work.checksLinks {
                for id in await networksWithChangedLinks(knowledge) where work.whole[id] == nil {
                    work.whole[id] = .check
                }
            }
            for (id, cause) in work.whole.sorted(by: { $0.key < $1.key }) {
                results[id] = await compareAll(id, cause, &knowledge)
            }
            for (id, cause) in limitsToCompare(work.checksLimits, work.meddled, knowledge) where work.whole[id] == nil {
                results[id] = await results[id, default: SyncResult()] + compareLimits(of: id, cause, &knowledge)
            }
            await endLostConnections(&knowledge)
            if work.countsConnections { counting = await countConnections() }
        } catch {
            general.pending.append("the database cannot be read: \(error)")
            logger.error("reconciling failed", metadata: ["error": "\(error)"])
        }
        let everything = results.sorted { $0.key < $1.key }.reduce(general + rules) { $0 + $1.value }
        if work.everything == .start, everything.pending.isEmpty {
            logger.info(
                "in step",
                metadata: ["networks": "\(work.whole.count)", "changes": "\(everything.steps.count)"])
        }
        for job in jobs {
            switch job.scope {
            case .everything, .links, .limits, .traffic: job.done?.resume(returning: everything)
            case .firewall: job.done?.resume(returning: rules)
            case .connectionAccounting: job.done?.resume(returning: counting)
            case .network(let id):
                // A network that was deleted or disabled is in the kernel until its interface is gone.
                job.done?.resume(returning: general + rules + results[id, default: SyncResult()])
            case .peers(let id, _, _, _):
                job.done?.resume(returning: rules + results[id, default: SyncResult()])
            }
        }
        let behind = Set(pendingReasons).union(everything.pending)
        knowledge.onlyLimitsAreBehind = behind.isSubset(of: unlimitedReasons)
        return behind.isEmpty
    }

    /// What jobs that came together ask for.
    private struct Work {
        var everything: SyncScope.Cause?
        var whole: [Int64: SyncScope.Cause] = [:]
        var peers: [Int64: Set<PublicKey>] = [:]
        var leaving: [Int64: Set<PublicKey>] = [:]
        var endpointsChanged: [Int64: Set<PublicKey>] = [:]
        var checksLinks = false
        var countsConnections = false
        var checksLimits = false
        /// The devices in whose queues others meddled; nil for one that is not known.
        var meddled: Set<String?> = []
        var touchesFirewall = false
        /// Whether the rules are read back though they should not have changed.
        var verifies = false

        init(_ scopes: [SyncScope]) {
            for scope in scopes {
                switch scope {
                case .everything(let cause):
                    // Whoever changed something must not wait for somebody's decision.
                    if everything != .start, everything == nil || cause != .check { everything = cause }
                    (touchesFirewall, verifies) = (true, true)
                case .network(let id):
                    whole[id] = .change
                    touchesFirewall = true
                case .peers(let id, let keys, let isNewEndpoint, let areLeaving):
                    if areLeaving {
                        leaving[id, default: []].formUnion(keys)
                    } else {
                        peers[id, default: []].formUnion(keys)
                    }
                    if isNewEndpoint { endpointsChanged[id, default: []].formUnion(keys) }
                    touchesFirewall = true
                case .firewall: (touchesFirewall, verifies) = (true, true)
                case .links: checksLinks = true
                case .connectionAccounting: countsConnections = true
                case .limits: checksLimits = true
                case .traffic(let name): meddled.insert(name)
                }
            }
        }
    }
}
