import Glibc
import Logging
import ServiceLifecycle
import WGPilotCore
import WGPilotNetlink
import WGPilotStore

/// Reads the counters of all peers again and again, and stores what flowed, who was online, and where: one dump of each
/// interface and one transaction a sample, whatever the number of peers.
///
/// Counters are only ever compared with what the same transaction stored that took them into account. So whatever
/// happens to this process in between, no byte is counted twice; and what flowed while it was away is found by the next
/// reading, as long as the interface is the same.
actor HistoryService: Service, CustomStringConvertible {
    /// A network as far as a sample needs to know it.
    private struct Known {
        var id: Int64
        var interface: InterfaceName
        /// The peers by their keys, as the database had them when it was read.
        var peers: [PublicKey: Int64] = [:]
        /// Other keys of peers that the kernel may have: what it was given since, and what it has not lost yet.
        var others: [PublicKey: Int64] = [:]
        /// Switched off or deleted, while the interface is still there.
        var isRetired = false
    }

    private let store: StateStore
    private let kernel: any Kernel
    private let presence: Presence
    private let sightings: SightingService
    private let interval: Int64
    private let retention: HistoryRetention
    private let machine: String
    private let now: @Sendable () -> Int64
    private let logger: Logger

    private var memory: TrafficMemory?
    private var networks: [Known] = []
    /// Interfaces that were made since they were last read: nothing that is remembered is about their counters.
    private var fresh: Set<InterfaceName> = []
    /// Parts of the memory that were changed since the last sample.
    private var unsavedParts: Set<Int64> = []
    private let changes: ChangeCounter
    /// The number of changes when ``networks`` was read; nil where it was not.
    private var seenChanges: UInt64?
    private var isBusy = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// When an interface with many peers may be read again for those that are removed.
    private var nextLastReadings: [InterfaceName: ContinuousClock.Instant] = [:]

    /// Up to so many peers, those that are removed from an interface are always read once more before. With more of them,
    /// whoever removes one after the other would wait for all of them each time: then a reading is followed by a pause of
    /// ten times as long as it took. Whoever goes in that pause takes along what moved since its beginning.
    private static let mostPeersForLastReading = 256
    private static let pauseAfterLastReading = 10

    /// - Parameters:
    ///   - interval: Between two samples, in seconds.
    ///   - machine: What tells this run of this machine's network stack from others: numbers of interfaces begin anew with
    ///     each.
    init(
        store: StateStore, kernel: any Kernel, presence: Presence, sightings: SightingService, interval: Int64 = 60,
        retention: HistoryRetention = HistoryRetention(), machine: String, now: @escaping @Sendable () -> Int64,
        logger: Logger
    ) {
        self.store = store
        self.kernel = kernel
        self.presence = presence
        self.sightings = sightings
        self.interval = interval
        self.retention = retention
        self.machine = machine
        self.now = now
        self.logger = logger
        changes = store.changeCounter()
    }

    // MARK: Running

    /// Learns what was stored last, before anybody can change it.
    func prepare() async {
        await inTurn {
            do {
                try await load()
            } catch {
                logger.error("the transfer history cannot be read", metadata: ["error": "\(error)"])
            }
        }
    }

    func run() async {
        await cancelWhenGracefulShutdown { await self.watch() }
        // The machine may go down next, and the counters with it.
        await sample()
    }

    /// Takes samples until it is cancelled.
    func watch() async {
        while (try? await Task.sleep(for: pause)) != nil { await sample() }
    }

    /// Until the last second of the interval that the clock is in: what flowed in an hour is then told of that hour.
    private var pause: Duration {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        let present = Int64(time.tv_sec)
        let next = (present + 1).roundedDown(to: interval) + interval - 1
        return .seconds(next - present) - .nanoseconds(time.tv_nsec)
    }

    /// One after the other: the actor serves others while it waits for the kernel or the database.
    private func inTurn<Value>(_ body: () async -> Value) async -> Value {
        while isBusy { await withCheckedContinuation { waiting.append($0) } }
        isBusy = true
        defer {
            isBusy = false
            if !waiting.isEmpty { waiting.removeFirst().resume() }
        }
        return await body()
    }

    // MARK: Samples

    /// Takes a sample of all networks.
    func sample() async {
        await inTurn {
            do {
                try await load()
                try await take(networks, isLast: false)
            } catch {
                logger.error("the transfer history has a gap", metadata: ["error": "\(error)"])
            }
        }
    }

    /// What a step does to counters.
    struct Effect: Sendable {
        /// The interface.
        var interface: InterfaceName
        /// Whether the interface is made.
        var isMade = false
        /// Whether the interface goes as a whole.
        var isDeleted = false
        /// Whose counters come into being.
        var added: [PublicKey] = []
        /// Whose counters are lost.
        var removed: [PublicKey] = []

        fileprivate var isLoss: Bool { isDeleted || !removed.isEmpty }

        /// What a step does; nil where it does nothing of it.
        init?(_ step: PlanStep) {
            switch step {
            case .createInterface(let name): (interface, isMade) = (name, true)
            case .deleteInterface(let name): (interface, isDeleted) = (name, true)
            case .configure(let name, let change):
                interface = name
                for change in change.peers {
                    switch change {
                    case .add(let peer): added.append(peer.publicKey)
                    case .remove(let key): removed.append(key)
                    case .update: break
                    }
                }
                if added.isEmpty && removed.isEmpty { return nil }
            default: return nil
            }
        }
    }

    /// Does what makes or loses counters. Those that are lost are read once more before, and known to be others
    /// afterwards: no sample is taken meanwhile, for it would not be known of which of them. Whose those are that come
    /// into being is learnt at once, for by the next sample it may be forgotten.
    func changing(
        _ effects: [Effect], _ body: @Sendable () async throws(KernelError) -> Void
    ) async throws(KernelError) {
        for effect in effects where effect.isMade { fresh.insert(effect.interface) }
        if effects.contains(where: { $0.isLoss || beginsAnew($0) }) {
            let failure: KernelError? = await inTurn {
                for effect in effects { await readLast(effect) }
                do throws(KernelError) {
                    try await body()
                } catch {
                    return error
                }
                for effect in effects { forget(effect) }
                return nil
            }
            if let failure { throw failure }
            await learn(effects)
        } else {
            // What the database tells of thousands of new peers and what the kernel makes of them take about as long.
            async let learnt: Void = learn(effects)
            let failure: KernelError?
            do throws(KernelError) {
                try await body()
                failure = nil
            } catch {
                failure = error
            }
            await learnt
            if let failure { throw failure }
        }
    }

    private func learn(_ effects: [Effect]) async {
        // Nothing is forgotten before it is read for the first time; see ``prepare()``.
        if memory == nil { return }
        for effect in effects { await learn(effect) }
    }

    /// Whether peers come back whose counters somebody else took away since they were read.
    private func beginsAnew(_ effect: Effect) -> Bool {
        if effect.added.isEmpty || fresh.contains(effect.interface) { return false }
        guard let memory else { return true }
        guard let network = networks.first(where: { $0.interface == effect.interface }) else { return false }
        return effect.added.contains { key in
            let id = network.peers[key] ?? network.others[key]
            guard let meter = id.flatMap({ memory.meters[$0] }) else { return false }
            return meter.keyMark == key.mark && !meter.counters.isZero
        }
    }

    private func readLast(_ effect: Effect) async {
        do {
            // What is known by now, for in the database the peers are gone already, or have other keys.
            if memory == nil || seenChanges == nil { try await load() }
            guard effect.isLoss || beginsAnew(effect) else { return }
            await learn(effect)
            guard let network = networks.first(where: { $0.interface == effect.interface }) else { return }
            let isLarge = network.peers.count > Self.mostPeersForLastReading
            let begun = ContinuousClock.now
            if !effect.removed.isEmpty, isLarge, let next = nextLastReadings[effect.interface], begun < next { return }
            try await take([network], isLast: true)
            guard isLarge else { return }
            let ended = ContinuousClock.now
            nextLastReadings[effect.interface] = ended + (ended - begun) * Self.pauseAfterLastReading
        } catch {
            logger.warning(
                "the last bytes of peers that go are not counted",
                metadata: ["interface": "\(effect.interface)", "error": "\(error)"])
        }
    }

    /// Whoever comes back is counted from 0 on. An interface that is made anew is known by itself.
    private func forget(_ effect: Effect) {
        if effect.isDeleted { networks.removeAll { $0.interface == effect.interface } }
        guard let place = networks.firstIndex(where: { $0.interface == effect.interface }) else { return }
        for key in effect.removed {
            // Another peer may have the key next.
            let ids = [networks[place].peers.removeValue(forKey: key), networks[place].others.removeValue(forKey: key)]
            guard let id = ids.compactMap(\.self).first, memory?.meters[id]?.keyMark == key.mark else { continue }
            memory?.meters[id]?.counters = .zero
            unsavedParts.insert(TrafficSample.part(of: id))
        }
    }

    /// Learns whose the keys are that a step is about, as far as that is not known and the database tells.
    private func learn(_ effect: Effect) async {
        let known = networks.first { $0.interface == effect.interface }
        var keys: [PublicKey]?
        if let known {
            let unknown = (effect.removed + effect.added).filter { known.peers[$0] == nil && known.others[$0] == nil }
            if unknown.isEmpty { return }
            keys = unknown
        }
        do {
            guard let found = try await store.peers(behind: effect.interface, keys) else { return }
            networks.removeAll { $0.interface == effect.interface && $0.id != found.networkID }
            if let place = networks.firstIndex(where: { $0.id == found.networkID }) {
                networks[place].others.merge(found.peers) { $1 }
            } else {
                networks.append(Known(id: found.networkID, interface: effect.interface, peers: found.peers))
            }
        } catch {
            logger.warning(
                "new peers are counted from the next sample on",
                metadata: ["interface": "\(effect.interface)", "error": "\(error)"])
        }
    }

    /// Clears a peer's history away, and forgets its session.
    func purge(
        _ peerID: Int64, dryRun: Bool, audit: AuditContext?
    ) async throws(StoreError) -> PurgedHistory {
        let result: Result<PurgedHistory, StoreError> = await inTurn {
            do throws(StoreError) {
                if self.memory == nil { self.memory = try await store.trafficMemory() }
                var memory = self.memory ?? TrafficMemory()
                memory.meters[peerID]?.session = nil
                let purged = try await store.purgeHistory(
                    ofPeer: peerID, meters: Self.meters(of: TrafficSample.part(of: peerID), memory), dryRun: dryRun,
                    audit: audit)
                if !dryRun { self.memory = memory }
                return .success(purged)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Learns what was stored last, and which networks and peers there are.
    private func load() async throws(StoreError) {
        if memory == nil { memory = try await store.trafficMemory() }
        // Counted before it is read: what changes meanwhile is read again.
        let count = changes.value
        if seenChanges == count && !networks.contains(where: \.isRetired) { return }
        var peers: [Int64: [PublicKey: Int64]] = [:]
        for each in try await store.peerKeys() { peers[each.networkID, default: [:]][each.key] = each.id }
        let retired = try await store.retiredInterfaces()
        var next: [Known] = []
        for network in try await store.networks() {
            let isRetired = !network.settings.enabled
            if isRetired && !retired.contains(network.interface) { continue }
            next.append(
                Known(
                    id: network.id, interface: network.interface, peers: peers[network.id] ?? [:],
                    isRetired: isRetired))
        }
        keepUnfinished(retired, in: &next)
        networks = next
        if seenChanges == nil { rememberWhoWasOnline() }
        seenChanges = count
    }

    /// Those whose session goes on were online when this process, or the one before, last looked.
    private func rememberWhoWasOnline() {
        guard let memory else { return }
        for network in networks {
            let keys = network.peers.filter { memory.meters[$0.value]?.session != nil }.keys
            presence.remember(Set(keys), of: network.id)
        }
    }

    /// Keeps of what is known what the database has no more and the kernel may still have: keys, and whole networks.
    private func keepUnfinished(_ retired: Set<InterfaceName>, in next: inout [Known]) {
        let places = Dictionary(uniqueKeysWithValues: next.enumerated().map { ($1.id, $0) })
        for former in networks {
            if let place = places[former.id] {
                let present = next[place].peers
                for (key, id) in former.peers where present[key] == nil { next[place].others[key] = id }
                for (key, id) in former.others where present[key] == nil { next[place].others[key] = id }
            } else if retired.contains(former.interface), !next.contains(where: { $0.interface == former.interface }) {
                next.append(former)
                next[next.count - 1].isRetired = true
            }
        }
    }

    /// What the kernel told of a network.
    private struct Reading {
        var network: Known
        /// nil where the interface is not there.
        var device: String?
        var status: NetworkStatus
    }

    private func take(_ networks: [Known], isLast: Bool) async throws {
        guard var next = memory else { return }
        let readings = try await read(networks)
        var sample = TrafficSample(takenAt: now())
        var changedParts = unsavedParts
        for reading in readings { take(reading, into: &sample, &next, &changedParts) }
        if !isLast { close(in: &sample, &next, &changedParts) }
        for part in changedParts { sample.meters[part] = Self.meters(of: part, next) }
        if readings.isEmpty && changedParts.isEmpty { return }
        try await store.store(sample, retention: retention)
        memory = next
        unsavedParts.subtract(changedParts)
        for reading in readings {
            sightings.skip(reading.network.interface)
            if reading.device != nil { fresh.remove(reading.network.interface) }
            guard let place = self.networks.firstIndex(where: { $0.id == reading.network.id }) else { continue }
            for key in reading.network.others.keys where reading.status.peers[key] == nil {
                self.networks[place].others[key] = nil
            }
        }
    }

    /// The key of each peer: the one that the kernel has, where that is not the database's.
    private static func keys(of network: Known, in statuses: [PublicKey: PeerStatus]) -> [PublicKey: Int64] {
        let others = network.others.filter { statuses[$0.key] != nil }
        if others.isEmpty { return network.peers }
        let settled = Set(network.peers.lazy.filter { statuses[$0.key] != nil }.map(\.value))
        // Two keys of one peer would be counted as one counter that is always set back.
        var held: [Int64: PublicKey] = [:]
        for (key, id) in others where !settled.contains(id) { held[id] = min(held[id] ?? key, key) }
        var keys = network.peers.filter { held[$0.value] == nil }
        for (id, key) in held { keys[key] = id }
        return keys
    }

    /// Asks the kernel. An interface that is made anew meanwhile is left for the next sample: it is not known which of the
    /// two the counters were those of.
    private func read(_ networks: [Known]) async throws -> [Reading] {
        if networks.isEmpty { return [] }
        let before = try await indices()
        var found: [(Known, [PublicKey: PeerStatus]?)] = []
        for network in networks {
            do throws(KernelError) {
                found.append((network, try await kernel.peerStatus(network.interface)))
            } catch {
                logger.debug(
                    "an interface cannot be read",
                    metadata: ["interface": "\(network.interface)", "error": "\(error)"])
            }
        }
        let after = try await indices()
        var readings: [Reading] = []
        for (network, statuses) in found {
            let index = before[network.interface.description]
            guard index == after[network.interface.description], (index == nil) == (statuses == nil) else { continue }
            readings.append(
                Reading(
                    network: network, device: index.map { "\(machine)/\($0)" },
                    status: try await presence.certainStatus(of: network.id, statuses ?? [:])))
        }
        return readings
    }

    private func indices() async throws(KernelError) -> [String: Int] {
        Dictionary(try await kernel.links().map { ($0.name, $0.index) }) { first, _ in first }
    }

    private func take(
        _ reading: Reading, into sample: inout TrafficSample, _ memory: inout TrafficMemory,
        _ changedParts: inout Set<Int64>
    ) {
        let network = reading.network
        let isNewDevice = reading.device != memory.devices[network.id]
        if let device = reading.device {
            let last = memory.lastWatched[network.id]
            // A machine under load is late now and then.
            let isFirst = last.map { !(0...2 * interval + 5).contains(sample.takenAt - $0) } ?? true
            sample.networks.append(
                .init(networkID: network.id, newDevice: isNewDevice ? device : nil, isFirst: isFirst))
            memory.devices[network.id] = device
            memory.lastWatched[network.id] = sample.takenAt
        }
        var total = Transfer.zero
        for (key, id) in Self.keys(of: network, in: reading.status.peers) {
            let status = reading.status.peers[key]
            let former = memory.meters[id]
            if status == nil && former == nil { continue }
            var meter = former ?? PeerMeter()
            let standing = PeerMeter.Standing(
                status: status, keyMark: key.mark, isNewDevice: isNewDevice,
                isOnline: reading.status.online.contains(key),
                window: OnlineRule.window(keepalive: reading.status.longKeepalives[key] ?? 0))
            let news = meter.read(standing, now: sample.takenAt)
            if meter == former { continue }
            memory.meters[id] = meter
            changedParts.insert(TrafficSample.part(of: id))
            if !news.moved.isZero {
                sample.moved[.peer(id, in: network.id)] = news.moved
                total += news.moved
            }
            if meter.handshake > former?.handshake ?? 0 {
                sample.sightings[id] = PeerSighting(
                    handshakeAt: meter.handshake, endpoint: status?.endpoint?.description)
            }
            sample.tell(news, of: id, session: meter.session)
        }
        if !total.isZero { sample.moved[.network(network.id)] = total }
    }

    /// Ends the sessions of peers whose network is disabled or gone, and forgets peers that are gone.
    private func close(
        in sample: inout TrafficSample, _ memory: inout TrafficMemory, _ changedParts: inout Set<Int64>
    ) {
        let present = networks.reduce(into: Set<Int64>()) { ids, network in
            ids.formUnion(network.peers.values)
            ids.formUnion(network.others.values)
        }
        if memory.meters.count == present.count && memory.meters.keys.allSatisfy(present.contains) { return }
        for (id, meter) in memory.meters where !present.contains(id) {
            // Where the network is enabled again, its peers are counted from 0 on.
            if let session = meter.session { sample.sessions.append(.init(peerID: id, session: session, isOver: true)) }
            memory.meters[id] = nil
            changedParts.insert(TrafficSample.part(of: id))
        }
    }

    private static func meters(of part: Int64, _ memory: TrafficMemory) -> [(id: Int64, meter: PeerMeter)] {
        (part << 8...part << 8 + 255).compactMap { id in memory.meters[id].map { (id, $0) } }
    }

    nonisolated var description: String { "history" }
}

extension TrafficSample {
    /// Adds what a reading told of a peer's sessions.
    fileprivate mutating func tell(_ news: PeerMeter.Reading, of id: Int64, session: PeerSession?) {
        let latest = session ?? news.ended.last
        if let began = news.began { sessions.append(.init(peerID: id, session: began, isOver: false)) }
        for ended in news.ended { sessions.append(.init(peerID: id, session: ended, isOver: true)) }
        if let endpoint = news.endpoint, let latest {
            endpoints.append(.init(peerID: id, startedAt: latest.startedAt, endpoint: endpoint))
        }
    }
}
