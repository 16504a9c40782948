import Logging
import NIOCore
import WGPilotProtocol
import WGPilotRPC

/// Gives every client of `/api/events` what the daemon tells of changes, from one stream of the daemon's for all who may
/// see the same.
///
/// ## Who may see what
///
/// The daemon decides, as for every call: the gateway has no rights of its own. A stream for each client would be the plain
/// way, but the daemon takes 64 calls on a connection and 32 connections of the gateway, and would encode the same for
/// each. So clients share, under these rules:
///
/// 1. **Only who has the same role shares.** What a stream tells depends on nothing but the caller's role. Each role has
///    a feed of its own here, so that a stream opened for an operator never reaches a viewer, whatever it may hold one day.
///    The role is what the daemon says (`Auth/WhoAmI`) of that very session or token, never what the client says.
/// 2. **Nobody is sent anything whose rights were not confirmed just now.** The daemon is asked of each session and token
///    before its first client is let in, and again every ``EventLimits/checkInterval`` while it has any. Before each write
///    the last good answer must be younger than ``EventLimits/trust``, counted from when the question was sent; otherwise
///    the client waits. So a session that ends, or a role that is taken away, is over here after ten seconds where the
///    daemon answers, and after twenty in any case, be the daemon gone, slow or overloaded.
/// 3. **A feed's stream runs in the name of one of those who follow it now.** When that one leaves or loses its rights, the
///    stream is ended, and another one begun in the name of another client from the same place on, so that nothing is
///    missed. When none is left the stream ends, and what was kept of it is forgotten. So no stream, and no data, outlives
///    the rights of those it was read for.
/// 4. A refusal (`UNAUTHENTICATED`, `PERMISSION_DENIED`) ends the clients of that session or token and nobody else. Any
///    other failure to ask ends nobody; rule 2 silences them until there is an answer.
///
/// ## What is kept
///
/// One ``EventLog`` for each feed, and where somebody needed one in the last moments a snapshot. Of each client nothing but
/// how far it has come: it writes at its own speed from the log, and when the log has given up what it needs, it gets a
/// snapshot: a slow reader costs nothing, holds up nobody, and never misses a change unknowingly.
///
/// The daemon may go away: clients stay, are told so, and go on where they were when it is back, or with a snapshot.
actor EventHub {
    // MARK: State

    private struct Caller {
        let metadata: Metadata
        var role: String
        /// When the question was sent whose answer was good.
        var confirmedAt: ContinuousClock.Instant
        var isBeingChecked = false
        var clients: Set<UInt64> = []
    }

    private struct Client {
        let subscriber: EventSubscriber
        let caller: String
        let role: String
        let wantsSnapshots: Bool
        /// Nil where it is to get a snapshot.
        var position: EventPosition?
        /// Why, for the figures.
        var snapshotCause = "begin"
        var isGreeted = false
        /// Whether it was told that it is caught up.
        var isLive = false
        /// What it was told of the daemon last.
        var sawDaemon = true
        var wroteAt: ContinuousClock.Instant
        /// Since when the write lasts that is under way.
        var writesSince: ContinuousClock.Instant?
        var end: EventEnd?
    }

    private struct Feed {
        var log: EventLog
        /// In whose name the stream runs.
        var owner: String?
        /// Which attempt it is: what others tell is too late.
        var number: UInt64 = 0
        var task: Task<Void, Never>?
        var failures = 0
        /// Whether the stream stands and has told where it is.
        var isLive = false
        /// Whether it stood before, so that clients are told that it does not.
        var isOnline = true
        var snapshot: EventSnapshot?
        var snapshotUsedAt: ContinuousClock.Instant?
        /// The one before, which some may still be reading.
        var formerSnapshot: EventSnapshot?
        var snapshotTask: Task<Void, Never>?
        var clients: Set<UInt64> = []

        /// A snapshot that may be sent: everything after it is in the log.
        var usableSnapshot: EventSnapshot? {
            guard let snapshot, log.covers(snapshot.position) else { return nil }
            return snapshot
        }

        /// Takes a snapshot in place of the last one.
        mutating func take(_ snapshot: EventSnapshot, _ now: ContinuousClock.Instant) {
            formerSnapshot = self.snapshot
            self.snapshot = snapshot
            snapshotUsedAt = now
        }
    }

    private let upstream: any EventUpstream
    private let limits: EventLimits
    private let logger: Logger
    private let clock = ContinuousClock()
    private var callers: [String: Caller] = [:]
    private var admissions: [String: Task<Result<String, RPCError>, Never>] = [:]
    private var clients: [UInt64: Client] = [:]
    private var feeds: [String: Feed] = [:]
    private var lastNumber: UInt64 = 0
    private var ticker: Task<Void, Never>?
    private var checksUnderWay = 0
    private var isStopping = false
    private var received: UInt64 = 0
    private var snapshots: [String: UInt64] = [:]

    init(upstream: any EventUpstream, limits: EventLimits = EventLimits(), logger: Logger) {
        self.upstream = upstream
        self.limits = limits
        self.logger = logger
    }

    // MARK: Clients

    /// A caller who may follow, for a moment.
    struct Admission: Sendable {
        fileprivate let caller: String
        fileprivate let metadata: Metadata
        fileprivate let role: String
        fileprivate let confirmedAt: ContinuousClock.Instant
    }

    /// Asks the daemon whether a caller may follow; one who follows already is not asked for again.
    ///
    /// - Throws: What the daemon refused it with, `resourceExhausted` with the reason `too_many_streams` where no more are
    ///   taken, and `unavailable` while the gateway stops.
    func admit(_ credential: Credential, _ metadata: Metadata) async throws(RPCError) -> Admission {
        if isStopping { throw RPCError(.unavailable, reason: "shutting_down", message: "the gateway is stopping") }
        let key = credential.authorization
        let now = clock.now
        try checkRoom(key)
        if let known = callers[key], known.confirmedAt.duration(to: now) < limits.checkInterval {
            return Admission(caller: key, metadata: metadata, role: known.role, confirmedAt: known.confirmedAt)
        }
        // Many tabs may come at once, after a restart of the gateway for one.
        let task =
            admissions[key]
            ?? Task { [upstream] in
                do throws(RPCError) {
                    return .success(try await upstream.role(of: metadata))
                } catch {
                    return .failure(error)
                }
            }
        admissions[key] = task
        let result = await task.value
        if admissions[key] == task { admissions[key] = nil }
        return Admission(caller: key, metadata: metadata, role: try result.get(), confirmedAt: now)
    }

    private func checkRoom(_ key: String) throws(RPCError) {
        if clients.count >= limits.subscribers || callers[key]?.clients.count ?? 0 >= limits.subscribersPerCaller {
            throw RPCError(
                .resourceExhausted, reason: "too_many_streams",
                message: "no more streams of events are taken now; close some, or come back later",
                metadata: ["retry-after-ms": "10000"])
        }
    }

    /// Begins to follow. The client must be given back to ``leave(_:)``.
    ///
    /// - Parameters:
    ///   - position: Where the client was; nil for one that knows nothing.
    ///   - wantsSnapshots: Whether it gets snapshots; one that does not is told to read its lists again.
    ///   - disconnect: Ends its connection.
    func enter(
        _ admission: Admission, from position: EventPosition?, wantsSnapshots: Bool,
        disconnect: @escaping @Sendable () -> Void
    ) -> EventSubscriber {
        lastNumber += 1
        let subscriber = EventSubscriber(id: lastNumber, disconnect: disconnect)
        var client = Client(
            subscriber: subscriber, caller: admission.caller, role: admission.role, wantsSnapshots: wantsSnapshots,
            position: position, wroteAt: clock.now)
        var caller =
            callers[admission.caller]
            ?? Caller(metadata: admission.metadata, role: admission.role, confirmedAt: admission.confirmedAt)
        // Another answer may have come meanwhile.
        if caller.role != admission.role { client.end = .roleChanged }
        caller.confirmedAt = max(caller.confirmedAt, admission.confirmedAt)
        caller.clients.insert(subscriber.id)
        callers[admission.caller] = caller
        if isStopping { client.end = .shuttingDown }
        clients[subscriber.id] = client
        var feed =
            feeds[admission.role]
            ?? Feed(log: EventLog(maximumCount: limits.logCount, maximumBytes: limits.logBytes))
        feed.clients.insert(subscriber.id)
        feeds[admission.role] = feed
        if feed.owner == nil { open(admission.role, in: admission.caller, from: position) }
        if ticker == nil { ticker = Task { await self.run() } }
        return subscriber
    }

    /// Ends following.
    func leave(_ id: UInt64) {
        guard let client = clients.removeValue(forKey: id) else { return }
        client.subscriber.finish()
        feeds[client.role]?.clients.remove(id)
        callers[client.caller]?.clients.remove(id)
        if callers[client.caller]?.clients.isEmpty == true { callers[client.caller] = nil }
        settle(client.role)
        if clients.isEmpty {
            ticker?.cancel()
            ticker = nil
        }
    }

    /// Ends all streams: the gateway stops.
    func stop() {
        if isStopping { return }
        isStopping = true
        for id in clients.keys { end(id, .shuttingDown) }
    }

    private func end(_ id: UInt64, _ reason: EventEnd) {
        if clients[id]?.end == nil { clients[id]?.end = reason }
        clients[id]?.subscriber.wake()
    }

    // MARK: Writing

    /// What a client's task writes next. What it wrote before is written.
    func next(_ id: UInt64) -> EventDelivery {
        guard var client = clients[id], let feed = feeds[client.role] else { return .end(ByteBuffer()) }
        let now = clock.now
        client.writesSince = nil
        defer { clients[id] = client }
        func write(_ bytes: ByteBuffer) -> EventDelivery {
            client.wroteAt = now
            client.writesSince = now
            return .write(bytes)
        }
        if let reason = client.end {
            client.writesSince = now
            return .end(EventFrame.end(reason))
        }
        if !client.isGreeted {
            client.isGreeted = true
            return write(EventFrame.greeting())
        }
        if client.sawDaemon != feed.isOnline {
            client.sawDaemon = feed.isOnline
            return write(EventFrame.daemon(isOnline: feed.isOnline))
        }
        if feed.isLive, isTrusted(client.caller, now) {
            if let position = client.position, feed.log.covers(position) {
                if !client.isLive {
                    client.isLive = true
                    return write(EventFrame.live(position))
                }
                if let (bytes, end) = feed.log.piece(after: position, bytes: limits.pieceBytes) {
                    client.position = end
                    return write(bytes)
                }
            } else if let last = feed.log.last {
                if let position = client.position {
                    client.snapshotCause = position.epoch == last.epoch ? "behind" : "restart"
                    client.position = nil
                }
                if !client.wantsSnapshots {
                    client.position = last
                    client.isLive = true
                    return write(EventFrame.reset(last))
                }
                if let snapshot = feed.usableSnapshot {
                    client.position = snapshot.position
                    client.isLive = true
                    client.wroteAt = now
                    client.writesSince = now
                    snapshots[client.snapshotCause, default: 0] += 1
                    feeds[client.role]?.snapshotUsedAt = now
                    return .snapshot(snapshot, then: EventFrame.live(snapshot.position))
                }
                readSnapshot(client.role)
            }
        }
        if client.wroteAt.duration(to: now) >= limits.heartbeat { return write(EventFrame.heartbeat) }
        return .wait
    }

    /// Whether a client may be sent the next part of a snapshot. What it wrote before is written.
    func mayContinue(_ id: UInt64, with snapshot: EventSnapshot) -> Bool {
        let now = clock.now
        guard var client = clients[id], client.end == nil else { return false }
        guard let feed = feeds[client.role], feed.snapshot === snapshot || feed.formerSnapshot === snapshot else {
            // It would keep alive what two others were made after.
            end(id, .tooSlow)
            return false
        }
        guard isTrusted(client.caller, now) else {
            // Half a snapshot is of no use to whoever has to wait: it begins anew when its rights are known again.
            client.position = nil
            client.isLive = false
            clients[id] = client
            return false
        }
        clients[id]?.writesSince = now
        return true
    }

    /// A part of a long write went out.
    func progress(_ id: UInt64) {
        clients[id]?.writesSince = clock.now
    }

    private func isTrusted(_ key: String, _ now: ContinuousClock.Instant) -> Bool {
        callers[key].map { $0.confirmedAt.duration(to: now) < limits.trust } ?? false
    }

    private func wake(_ role: String) {
        for id in feeds[role]?.clients ?? [] { clients[id]?.subscriber.wake() }
    }

    // MARK: Feeds

    /// Begins the stream of a feed in a caller's name.
    private func open(_ role: String, in owner: String, from position: EventPosition?) {
        close(role)
        guard let caller = callers[owner], var feed = feeds[role] else { return }
        let number = feed.number
        feed.owner = owner
        let start = feed.log.last ?? position
        let pause =
            feed.failures == 0
            ? .zero
            : RetryPolicy(initialBackoff: limits.firstPause, maximumBackoff: limits.longestPause)
                .backoff(after: feed.failures)
        feed.task = Task { [upstream] in
            var failure: (any Error)?
            do {
                if pause > .zero { try await Task.sleep(for: pause) }
                try await self.follow(upstream, caller.metadata, from: start, role, number)
            } catch {
                failure = error
            }
            self.lost(role, number, failure)
        }
        feeds[role] = feed
    }

    /// Reads a stream to its end. Events become bytes here, beside the hub and not in it.
    private nonisolated func follow(
        _ upstream: any EventUpstream, _ metadata: Metadata, from position: EventPosition?, _ role: String,
        _ number: UInt64
    ) async throws {
        let pieces = SnapshotPieces()
        try await upstream.follow(metadata, from: position) { event in
            let position = EventPosition(epoch: event.epoch, sequence: event.sequence)
            switch event.kind {
            case "snapshot": pieces.add(EventFrame.snapshot(event))
            case "live":
                let snapshot = pieces.take().map { EventSnapshot(position: position, pieces: $0) }
                await self.live(role, number, position, snapshot)
            default: await self.changed(role, number, position, EventFrame.change(event))
            }
        }
    }

    /// The stream stands; changes after the position follow.
    private func live(_ role: String, _ number: UInt64, _ position: EventPosition, _ snapshot: EventSnapshot?) {
        guard var feed = feeds[role], feed.number == number else { return }
        // The same place: everything that is known goes on. Any other: whatever lies between is not known.
        if feed.log.last != position { feed.log.restart(at: position) }
        if let snapshot { feed.take(snapshot, clock.now) }
        feed.isLive = true
        feed.isOnline = true
        feed.failures = 0
        feeds[role] = feed
        wake(role)
    }

    private func changed(_ role: String, _ number: UInt64, _ position: EventPosition, _ frame: ByteBuffer) {
        guard feeds[role]?.number == number else { return }
        received += 1
        feeds[role]?.log.append(position, frame)
        wake(role)
    }

    /// The stream ended, for a reason or without.
    private func lost(_ role: String, _ number: UInt64, _ error: (any Error)?) {
        guard var feed = feeds[role], feed.number == number, let owner = feed.owner else { return }
        feed.task = nil
        feed.owner = nil
        feed.isLive = false
        if let refusal = (error as? RPCError)?.refusal {
            feeds[role] = feed
            refuse(owner, refusal)
            settle(role)
            return
        }
        logger.info("the stream of changes was lost", metadata: ["reason": "\(error.map { "\($0)" } ?? "it ended")"])
        feed.failures += 1
        feed.isOnline = false
        feeds[role] = feed
        wake(role)
        settle(role)
    }

    /// Sees to it that a feed with clients has a stream in the name of one of them, and one without has none.
    private func settle(_ role: String) {
        guard let feed = feeds[role] else { return }
        guard !feed.clients.isEmpty else {
            close(role)
            feeds[role] = nil
            return
        }
        if let owner = feed.owner, callers[owner]?.role == role { return }
        // The one whose rights were confirmed last.
        let heirs = callers.lazy.filter { $0.value.role == role && !$0.value.clients.isEmpty }
        if let heir = heirs.max(by: { $0.value.confirmedAt < $1.value.confirmedAt }) {
            open(role, in: heir.key, from: nil)
        } else {
            // Those who are left are on their way out.
            close(role)
        }
    }

    /// Ends a feed's streams; what they still tell is too late.
    private func close(_ role: String) {
        guard var feed = feeds[role] else { return }
        feed.task?.cancel()
        feed.snapshotTask?.cancel()
        lastNumber += 1
        feed.number = lastNumber
        feed.task = nil
        feed.snapshotTask = nil
        feed.owner = nil
        feed.isLive = false
        feeds[role] = feed
    }

    /// Reads a snapshot for those who need one, on a stream of its own: the feed's own goes on meanwhile.
    private func readSnapshot(_ role: String) {
        guard let feed = feeds[role], feed.snapshotTask == nil, let owner = feed.owner, let caller = callers[owner]
        else { return }
        // It may be ahead of the feed's own stream, which catches up.
        if let snapshot = feed.snapshot, let last = feed.log.last, snapshot.position.epoch == last.epoch,
            snapshot.position.sequence > last.sequence
        {
            return
        }
        let number = feed.number
        feeds[role]?.snapshotTask = Task { [upstream, limits] in
            let pieces = SnapshotPieces()
            do {
                try await upstream.follow(caller.metadata, from: nil) { event in
                    if event.kind == "snapshot" {
                        pieces.add(EventFrame.snapshot(event))
                        return
                    }
                    let position = EventPosition(epoch: event.epoch, sequence: event.sequence)
                    await self.took(
                        EventSnapshot(position: position, pieces: pieces.take() ?? []), role, number)
                    // That is all that is wanted of the stream.
                    throw CancellationError()
                }
            } catch is CancellationError {
            } catch {
                try? await Task.sleep(for: limits.tick)
            }
            self.took(nil, role, number)
        }
    }

    /// A snapshot came, or the attempt to get one is over.
    private func took(_ snapshot: EventSnapshot?, _ role: String, _ number: UInt64) {
        guard var feed = feeds[role], feed.number == number else { return }
        if let snapshot {
            feed.take(snapshot, clock.now)
        } else {
            feed.snapshotTask = nil
        }
        feeds[role] = feed
        wake(role)
    }

    // MARK: Rights

    private func refuse(_ key: String, _ reason: EventEnd) {
        guard let caller = callers.removeValue(forKey: key) else { return }
        for id in caller.clients { end(id, reason) }
    }

    /// Looks after time: rights that must be confirmed, clients that wait for a sign of life or do not read, snapshots that
    /// nobody needs any more.
    private func run() async {
        while (try? await clock.sleep(for: limits.tick)) != nil {
            tick(clock.now)
        }
    }

    private func tick(_ now: ContinuousClock.Instant) {
        for (key, caller) in callers.sorted(by: { $0.value.confirmedAt < $1.value.confirmedAt }) {
            guard checksUnderWay < limits.checks, caller.confirmedAt.duration(to: now) >= limits.checkInterval else {
                break
            }
            if !caller.isBeingChecked { check(key, caller.metadata) }
        }
        for (id, client) in clients {
            if let since = client.writesSince, since.duration(to: now) > limits.stall {
                client.subscriber.disconnect()
                leave(id)
            } else if client.wroteAt.duration(to: now) >= limits.heartbeat {
                client.subscriber.wake()
            }
        }
        for (role, feed) in feeds {
            if let usedAt = feed.snapshotUsedAt, usedAt.duration(to: now) > limits.snapshotLife {
                feeds[role]?.snapshot = nil
                feeds[role]?.formerSnapshot = nil
                feeds[role]?.snapshotUsedAt = nil
            }
        }
    }

    private func check(_ key: String, _ metadata: Metadata) {
        callers[key]?.isBeingChecked = true
        checksUnderWay += 1
        let askedAt = clock.now
        Task { [upstream] in
            let result: Result<String, RPCError>
            do throws(RPCError) {
                result = .success(try await upstream.role(of: metadata))
            } catch {
                result = .failure(error)
            }
            self.checked(key, result, askedAt)
        }
    }

    private func checked(_ key: String, _ result: Result<String, RPCError>, _ askedAt: ContinuousClock.Instant) {
        checksUnderWay -= 1
        guard var caller = callers[key] else { return }
        caller.isBeingChecked = false
        let former = caller.role
        switch result {
        case .success(let role) where role == former:
            let wasTrusted = isTrusted(key, clock.now)
            caller.confirmedAt = max(caller.confirmedAt, askedAt)
            callers[key] = caller
            if !wasTrusted { for id in caller.clients { clients[id]?.subscriber.wake() } }
        case .success:
            refuse(key, .roleChanged)
            settle(former)
        case .failure(let error):
            if let refusal = error.refusal {
                refuse(key, refusal)
                settle(former)
            } else {
                callers[key] = caller
            }
        }
        // Others may be waiting for their turn: many callers are not checked in one tick.
        let now = clock.now
        let due = callers.lazy.filter {
            !$0.value.isBeingChecked && $0.value.confirmedAt.duration(to: now) >= self.limits.checkInterval
        }
        if case .success = result, let next = due.first, checksUnderWay < limits.checks {
            check(next.key, next.value.metadata)
        }
    }

    // MARK: Figures

    /// What the metrics tell of it.
    struct Figures: Sendable {
        var subscribers = 0
        var upstreams = 0
        var received: UInt64 = 0
        var snapshots: [String: UInt64] = [:]
    }

    var figures: Figures {
        Figures(
            subscribers: clients.count, upstreams: feeds.values.count { $0.isLive }, received: received,
            snapshots: snapshots)
    }
}
