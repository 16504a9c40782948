import Logging
import WGPilotCore
import WGPilotNetlink
import WGPilotProtocol
import WGPilotStore

/// Follows the hub while somebody watches it, and tells what changed, once for all who watch.
///
/// What changes in the database is told by the store after each commit, whoever caused it. What changes in the kernel is
/// seen by looking, as it tells nobody: as often as a look costs little, every second at most. Whoever reads too
/// slowly is not waited for: the feed keeps a bounded history, and no queue for anyone.
actor WatchFeed {
    /// A peer as far as the feed needs to know it.
    private struct Known {
        var networkID: Int64
        var key: PublicKey
        var name: String
        var status: PeerStatus?
        var isOnline = false
    }

    /// What a look at a link told.
    private struct LinkState: Equatable {
        var isUp: Bool
        var mtu: Int?
    }

    private let hub: Hub
    private let logger: Logger
    private let pause: Duration
    private let linger: Duration
    /// Tells the numbers of this daemon's run from those of another.
    let epoch: String

    private var history: WatchHistory
    private var peers: [Int64: Known] = [:]
    private var names: [Int64: String] = [:]
    private var links: [Int64: LinkState] = [:]
    private var watchers: [UInt64: AsyncStream<Void>.Continuation] = [:]
    private var lastWatcher: UInt64 = 0
    private var beginning: Task<Void, Never>?
    private var run: Task<Void, Never>?
    private var retirement: Task<Void, Never>?

    /// How many peers go into one event: some 300 KiB, so that whoever waits for a call's answer on the same connection
    /// does not wait long.
    static let peersPerEvent = 1000

    /// - Parameters:
    ///   - pause: Between two looks at the kernel.
    ///   - linger: How long changes are still followed when nobody watches any more, so that whoever lost the
    ///     connection finds what was missed.
    ///   - history: How many changes are kept at most.
    init(
        hub: Hub, logger: Logger, pause: Duration = .seconds(1), linger: Duration = .seconds(60), history: Int = 4096
    ) {
        self.history = WatchHistory(maximumCount: history)
        self.hub = hub
        self.logger = logger
        self.pause = pause
        self.linger = linger
        epoch = String(UInt64.random(in: 1...UInt64.max), radix: 36)
    }

    // MARK: Watching

    /// One who watches: wakes up when there is news. It must be given back to ``leave(_:)``.
    struct Watcher: Sendable {
        fileprivate let number: UInt64
        /// Yields when there may be news.
        let news: AsyncStream<Void>
    }

    /// Begins to watch. The feed follows the hub when this returns.
    func enter() async -> Watcher {
        retirement?.cancel()
        retirement = nil
        lastWatcher += 1
        let number = lastWatcher
        let (news, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        watchers[number] = continuation
        if run == nil { start() }
        await beginning?.value
        return Watcher(number: number, news: news)
    }

    /// Ends watching.
    func leave(_ watcher: Watcher) {
        watchers[watcher.number]?.finish()
        watchers[watcher.number] = nil
        guard watchers.isEmpty, run != nil else { return }
        retirement?.cancel()
        retirement = Task { [linger] in
            try? await Task.sleep(for: linger)
            if !Task.isCancelled { self.retire() }
        }
    }

    private func retire() {
        guard watchers.isEmpty else { return }
        run?.cancel()
        run = nil
        peers = [:]
        names = [:]
        links = [:]
        history.clear()
    }

    /// The number of the latest change.
    var sequence: UInt64 { history.sequence }

    /// Some of what changed after a number, in order; nil where that is not known any more, and a snapshot is needed.
    /// Few at a time, so that whoever sends them slowly does not keep what the history gave up.
    func changes(after number: UInt64) -> [WatchHistory.Entry]? {
        history.entries(after: number).map { Array($0.prefix(8)) }
    }

    /// The status of peers as it was seen last.
    func statuses(of ids: [Int64]) -> [Int64: PeerStatusMessage] {
        var statuses: [Int64: PeerStatusMessage] = [:]
        for id in ids {
            guard let known = peers[id] else { continue }
            statuses[id] = known.status.map { PeerStatusMessage($0, isOnline: known.isOnline) }
        }
        return statuses
    }

    // MARK: Following

    private func start() {
        let changes = hub.store.changes()
        let beginning = Task { await self.begin() }
        self.beginning = beginning
        run = Task {
            await beginning.value
            await withDiscardingTaskGroup { group in
                group.addTask { for await rows in changes { await self.apply(rows) } }
                group.addTask { await self.look() }
            }
        }
    }

    /// Learns which peers there are, and how they stand: what is known already is no news.
    private func begin() async {
        do {
            for each in try await hub.store.peerKeys() {
                peers[each.id] = Known(networkID: each.networkID, key: each.key, name: each.name)
            }
            let networks = try await hub.store.networks()
            names = Dictionary(uniqueKeysWithValues: networks.map { ($0.id, $0.settings.name.description) })
            _ = await newStatuses(of: networks)
            links = await linkStates(of: networks) ?? [:]
        } catch {
            logger.error("watching began without the present state", metadata: ["error": "\(error)"])
        }
    }

    /// Looks at the kernel again and again. A look at very many peers is repeated less often: it takes at most a
    /// twentieth of one processor.
    private func look() async {
        let clock = ContinuousClock()
        var pause = pause
        while (try? await clock.sleep(for: pause)) != nil {
            let took = await clock.measure { await lookOnce() }
            pause = max(self.pause, took * 20)
        }
    }

    private func lookOnce() async {
        do {
            let networks = try await hub.store.networks()
            let news = await newStatuses(of: networks)
            for start in stride(from: 0, to: news.count, by: Self.peersPerEvent) {
                publish { $0.statuses = Array(news[start..<min(start + Self.peersPerEvent, news.count)]) }
            }
            guard let states = await linkStates(of: networks) else { return }
            let changed = networks.filter { links[$0.id] != states[$0.id] }
            links = states
            if !changed.isEmpty { try await tell(networks: changed) }
        } catch {
            logger.debug("looking at the database failed", metadata: ["error": "\(error)"])
        }
    }

    /// Asks the kernel about all peers, and returns those whose status is not what it was.
    private func newStatuses(of networks: [Network]) async -> [WatchStatusMessage] {
        var seen: [Int64: NetworkStatus] = [:]
        // Of these it is not known that anybody went offline.
        var unseen: Set<Int64> = []
        for network in networks where network.settings.enabled {
            do throws(KernelError) {
                seen[network.id] = try await hub.status.look(at: network)
            } catch {
                unseen.insert(network.id)
                logger.debug("looking at the kernel failed", metadata: ["error": "\(error)"])
            }
        }
        var news: [WatchStatusMessage] = []
        for (id, known) in peers where !unseen.contains(known.networkID) {
            let status = seen[known.networkID]?.peers[known.key]
            let isOnline = seen[known.networkID]?.online.contains(known.key) ?? false
            if status == known.status && isOnline == known.isOnline { continue }
            peers[id]?.status = status
            peers[id]?.isOnline = isOnline
            news.append(
                WatchStatusMessage(
                    networkID: known.networkID, peerID: id,
                    status: status.map { PeerStatusMessage($0, isOnline: isOnline) }))
        }
        return news.sorted { $0.peerID < $1.peerID }
    }

    private func linkStates(of networks: [Network]) async -> [Int64: LinkState]? {
        guard let seen = try? await hub.kernel.links() else { return nil }
        let byName = Dictionary(seen.map { ($0.name, $0) }) { first, _ in first }
        return Dictionary(
            uniqueKeysWithValues: networks.map { network in
                let link = byName[network.interface.description]
                return (network.id, LinkState(isUp: link?.isUp ?? false, mtu: link?.mtu))
            })
    }

    /// Tells what a transaction changed.
    private func apply(_ rows: ChangedRows) async {
        do {
            if rows.mayBeAnything {
                peers = [:]
                await begin()
                startOver()
                return
            }
            var lists: Set<String> = []
            let ids = rows.peers.sorted()
            for start in stride(from: 0, to: ids.count, by: Self.peersPerEvent) {
                if try await tell(peers: Array(ids[start..<min(start + Self.peersPerEvent, ids.count)])) {
                    lists.insert("rules")
                }
            }
            let networks = try await hub.store.networks()
            let removed = rows.networks.subtracting(networks.map(\.id)).sorted()
            if !removed.isEmpty {
                for id in removed { (links[id], names[id]) = (nil, nil) }
                publish { $0.removedNetworks = removed }
                lists.formUnion(["bridges", "rules"])
            }
            let changed = networks.filter { rows.networks.contains($0.id) }
            try await tell(networks: changed)
            for network in changed {
                let name = network.settings.name.description
                // Bridges and rules bear the names of networks.
                if let former = names.updateValue(name, forKey: network.id), former != name {
                    lists.formUnion(["bridges", "rules"])
                }
            }
            if rows.touchesBridges { lists.insert("bridges") }
            if rows.touchesRules { lists.insert("rules") }
            if !lists.isEmpty { publish { $0.lists = lists.sorted() } }
        } catch {
            // Nobody may go on from here as if nothing had been missed.
            logger.error("a change could not be told", metadata: ["error": "\(error)"])
            startOver()
        }
    }

    /// Tells of peers that were made, altered or removed. Returns whether one got another name or is gone: rules bear the
    /// names of peers.
    private func tell(peers ids: [Int64]) async throws -> Bool {
        let found = try await hub.store.peers(ids)
        let plans = Dictionary(
            uniqueKeysWithValues: try await hub.store.networks().compactMap { network in
                network.settings.addressPlan.map { (network.id, $0) }
            })
        var touchesNames = false
        var messages: [PeerMessage] = []
        for peer in found {
            guard let plan = plans[peer.networkID] else { continue }
            let name = peer.settings.name.description
            var known = Known(networkID: peer.networkID, key: peer.publicKey, name: name)
            if let former = peers[peer.id] {
                touchesNames = touchesNames || former.name != name
                // The status of a former key is not this one's.
                if former.key == known.key { (known.status, known.isOnline) = (former.status, former.isOnline) }
            }
            peers[peer.id] = known
            messages.append(PeerMessage(peer, plan: plan, status: known.status, isOnline: known.isOnline))
        }
        let removed = Set(ids).subtracting(found.map(\.id)).sorted()
        for id in removed { peers[id] = nil }
        if !messages.isEmpty || !removed.isEmpty {
            publish { event in
                event.peers = messages
                event.removedPeers = removed
            }
        }
        return touchesNames || !removed.isEmpty
    }

    private func tell(networks: [Network]) async throws {
        if networks.isEmpty { return }
        let handler = NetworksHandler(hub: hub)
        var messages: [NetworkMessage] = []
        for network in networks { messages.append(try await handler.message(network)) }
        publish { $0.networks = messages }
    }

    // MARK: Telling

    private func publish(_ fill: (inout WatchEvent) -> Void) {
        var event = WatchEvent(sequence: 0, epoch: epoch, kind: "change")
        fill(&event)
        do {
            try history.append(event) { try CBOREncoder().encode($0) }
        } catch {
            logger.error("a change could not be encoded", metadata: ["error": "\(error)"])
            history.clear()
        }
        wakeAll()
    }

    /// Makes everyone who watches begin anew with a snapshot.
    private func startOver() {
        history.clear()
        wakeAll()
    }

    private func wakeAll() {
        for continuation in watchers.values { continuation.yield() }
    }
}
