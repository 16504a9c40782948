import GRDB
import Synchronization
import Testing
import WGPilotCore
import WGPilotTestSupport

@testable import WGPilotStore

/// What flowed, as it is stored, made coarser, told and cleared away.
@Suite struct TransferHistoryTests {
    /// 2027-01-15 08:00:00 UTC.
    private static let start: Int64 = 1_800_000_000

    private struct Fixture {
        let store: StateStore
        let network: Int64
        let peers: [Int64]
        let clock: TestClock

        init(peers count: Int = 3) async throws {
            let clock = TestClock()
            clock.now = TransferHistoryTests.start
            store = try StateStore.inMemory(now: clock.clock)
            self.clock = clock
            network = try await store.createNetwork(networkDraft(subnet: "10.0.0.0/16")).id
            var generator = SeededGenerator(seed: 1)
            var peers: [Int64] = []
            for number in 0..<count {
                peers.append(
                    try await store.createPeer(in: network, quickDraft("p\(number)", &generator)).peer.id)
            }
            self.peers = peers
        }

        /// Stores a sample as the daemon would.
        func sample(
            _ moment: Int64, _ moved: [Int64: Transfer], retention: HistoryRetention = HistoryRetention(),
            isFirst: Bool = false
        ) async throws {
            var sample = TrafficSample(takenAt: moment)
            var total = Transfer.zero
            for (peer, amount) in moved {
                sample.moved[.peer(peer, in: network)] = amount
                total += amount
            }
            if !total.isZero { sample.moved[.network(network)] = total }
            sample.networks = [.init(networkID: network, newDevice: "d", isFirst: isFirst)]
            try await store.store(sample, retention: retention)
        }

        func history(
            _ peer: Int64?, _ from: Int64, _ to: Int64, _ granularity: HistoryGranularity
        ) async throws -> TransferHistory {
            let range = HistoryRange(
                start: granularity.start(of: from), end: granularity.next(after: granularity.start(of: to - 1)),
                granularity: granularity)
            return try await store.history(of: peer.map { .peer($0, in: network) } ?? .network(network), in: range)
        }

        func counts() async throws -> [String] {
            try await store.rows(
                """
                SELECT (SELECT count(*) FROM trafficSample), (SELECT count(*) FROM trafficHour), \
                (SELECT count(*) FROM trafficDay)
                """)
        }
    }

    /// Catches a byte that is lost, told twice, or told of another time or peer, over years of samples with compaction at
    /// work: the model is a plain list of what flowed when.
    @Test(arguments: [HistoryRetention(), HistoryRetention(rawDays: 2, hourlyDays: 5, dailyDays: 3660)])
    func theSumsAreThoseOfAModel(retention: HistoryRetention) async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        // So many that they are in two parts.
        let fixture = try await Fixture(peers: 300)
        var kept = retention
        kept.dailyDays = 3660
        let peers = [fixture.peers[0], fixture.peers[150], fixture.peers[254], fixture.peers[255], fixture.peers[299]]
        var model: [(moment: Int64, peer: Int64, amount: Transfer)] = []
        var now = Self.start
        var isFirst = true
        for _ in 0..<900 {
            var moved: [Int64: Transfer] = [:]
            for peer in peers where Bool.random(using: &generator) {
                let amount = Transfer(
                    received: .random(in: 0...1 << 45, using: &generator),
                    sent: Bool.random(using: &generator) ? 0 : .random(in: 1...200, using: &generator))
                moved[peer] = amount
                model.append((now, peer, amount))
            }
            try await fixture.sample(now, moved, retention: kept, isFirst: isFirst)
            isFirst = false
            // Mostly minutes, now and then days: the daemon was off.
            now +=
                Int.random(in: 0..<40, using: &generator) == 0
                ? .random(in: 3600...86400 * 9, using: &generator) : .random(in: 1...4000, using: &generator)
        }
        // Each sample makes some hours or one day coarser, and is itself one.
        for _ in 0..<400 {
            try await fixture.sample(now, [:], retention: kept)
            now += 60
        }
        let tiers = try await fixture.store.historyTiers()
        #expect(tiers.hoursBefore > Self.start && tiers.daysBefore > Self.start, "seed \(seed)")
        for peer in peers.map(Optional.some) + [nil] {
            for (granularity, from) in [
                (HistoryGranularity.month, Self.start), (.week, Self.start), (.day, Self.start),
                (.hour, tiers.daysBefore), (.minute, max(tiers.hoursBefore, now - 86400 * 3)),
            ] {
                let history = try await fixture.history(peer, from, now, granularity)
                let first = try #require(history.points.first?.start)
                var wanted: [Int64: Transfer] = [:]
                var total = Transfer.zero
                for each in model where (peer == nil || each.peer == peer) && each.moment >= first {
                    wanted[granularity.start(of: each.moment), default: .zero] += each.amount
                    total += each.amount
                }
                #expect(history.total == total, "\(granularity) of \(String(describing: peer)), seed \(seed)")
                #expect(
                    history.points.allSatisfy { $0.moved == wanted[$0.start] ?? .zero },
                    "\(granularity) of \(String(describing: peer)), seed \(seed)")
            }
        }
        try await fixture.store.expectSound()
    }

    /// Catches a tier that is kept longer or shorter than it should be.
    @Test func whatIsOldBecomesCoarserAndGoes() async throws {
        let fixture = try await Fixture()
        let peer = fixture.peers[0]
        let day = HistoryGranularity.day.start(of: Self.start)
        let bytes = Transfer(received: 1000, sent: 10)
        // Two days of a sample each ten minutes.
        for moment in stride(from: day, to: day + 2 * 86400, by: 600) {
            try await fixture.sample(moment, [peer: bytes], isFirst: moment == day)
        }
        #expect(try await fixture.counts() == ["\(26 * 6 * 2)|2|0"])
        #expect(try await fixture.store.historyTiers() == HistoryTiers(hoursBefore: day + 22 * 3600, daysBefore: 0))
        let hours = try await fixture.history(peer, day, day + 2 * 86400, .hour)
        #expect(hours.points.map(\.moved) == Array(repeating: Transfer(received: 6000, sent: 60), count: 48))
        // A month later there are days alone, and a year later nothing.
        for each in 0..<60 { try await fixture.sample(day + 40 * 86400 + Int64(each), [:]) }
        #expect(try await fixture.counts() == ["0|0|2"])
        let days = try await fixture.history(peer, day, day + 2 * 86400, .day)
        #expect(days.points.map(\.moved) == Array(repeating: Transfer(received: 144_000, sent: 1440), count: 2))
        try await fixture.sample(day + 420 * 86400, [:])
        #expect(try await fixture.counts() == ["0|0|0"])
        #expect(try await fixture.history(peer, day, day + 2 * 86400, .day).total.isZero)
    }

    /// Catches a gap that looks like silence.
    @Test func itIsKnownWhenNobodyLooked() async throws {
        let fixture = try await Fixture()
        let hour = HistoryGranularity.hour.start(of: Self.start)
        for moment in stride(from: hour + 59, through: hour + 1859, by: 60) {
            try await fixture.sample(moment, [:], isFirst: moment == hour + 59)
        }
        try await fixture.sample(
            hour + 3 * 3600 + 600, [fixture.peers[0]: Transfer(received: 7, sent: 0)], isFirst: true)
        try await fixture.sample(hour + 3 * 3600 + 660, [:])
        let history = try await fixture.history(fixture.peers[0], hour, hour + 4 * 3600, .hour)
        #expect(history.points.map(\.watched) == [1800, 0, 0, 60])
        #expect(history.points.map(\.moved.received) == [0, 0, 0, 7])
        #expect(history.sampledAt == hour + 3 * 3600 + 660)
        let minutes = try await fixture.history(nil, hour + 1800, hour + 1980, .minute)
        #expect(minutes.points.map(\.watched) == [59, 0, 0])
    }

    /// Catches a clock that was set back, so that two samples have the same time, and one that is stored twice.
    @Test func twoSamplesOfOneMomentAddUp() async throws {
        let fixture = try await Fixture()
        let peer = fixture.peers[0]
        for _ in 0..<2 { try await fixture.sample(Self.start, [peer: Transfer(received: 5, sent: 1)], isFirst: true) }
        #expect(
            try await fixture.history(peer, Self.start, Self.start + 60, .minute).total
                == Transfer(received: 10, sent: 2))
        // Long before what was made coarser already.
        try await fixture.sample(Self.start + 10 * 86400, [:])
        try await fixture.sample(Self.start, [peer: Transfer(received: 5, sent: 1)])
        for each in Int64(0)..<3 { try await fixture.sample(Self.start + 10 * 86400 + each, [:]) }
        #expect(
            try await fixture.history(peer, Self.start, Self.start + 86400, .day).total
                == Transfer(received: 15, sent: 3))
    }

    /// Catches counters or a session that a restart forgets.
    @Test func whatIsRememberedComesBack() async throws {
        let fixture = try await Fixture()
        var meters: [(id: Int64, meter: PeerMeter)] = []
        for (index, id) in fixture.peers.enumerated() {
            var meter = PeerMeter(
                keyMark: .max - UInt32(index), counters: Transfer(received: .max, sent: UInt64(index)), handshake: 77)
            if index > 0 {
                meter.session = PeerSession(
                    startedAt: 5, lastSeenAt: 9, moved: Transfer(received: 1, sent: .max),
                    endpoint: index == 1 ? "[2001:db8:ffff:ffff:ffff:ffff:ffff:ffff]:65535" : nil)
            }
            meters.append((id, meter))
        }
        var sample = TrafficSample(takenAt: Self.start)
        sample.meters[0] = meters
        sample.networks = [.init(networkID: fixture.network, newDevice: "boot/1/7", isFirst: true)]
        try await fixture.store.store(sample, retention: HistoryRetention())
        let memory = try await fixture.store.trafficMemory()
        for (id, meter) in meters { #expect(memory.meters[id] == meter) }
        #expect(memory.meters.count == meters.count)
        #expect(memory.devices == [fixture.network: "boot/1/7"])
        #expect(memory.lastWatched == [fixture.network: Self.start])
    }

    /// Catches a page that was damaged and ends the process, or is taken for a history.
    @Test func damageIsTold() async throws {
        let fixture = try await Fixture()
        let peer = fixture.peers[0]
        try await fixture.sample(Self.start, [peer: Transfer(received: 300, sent: 300)], isFirst: true)
        for bytes in ["00", "0080", "FFFFFFFFFFFFFFFFFFFF7F0101", "0101017F7F", "010101FF010101"] {
            try await fixture.store.sql("UPDATE trafficSample SET amounts = x'\(bytes)'")
            let error = try await storeError {
                try await fixture.history(peer, Self.start, Self.start + 60, .minute)
            }
            #expect(error.code == .corrupt, "\(bytes)")
        }
        try await fixture.store.sql("INSERT OR REPLACE INTO trafficState VALUES (0, x'0180')")
        #expect(try await storeError { try await fixture.store.trafficMemory() }.code == .corrupt)
    }

    /// Catches a sample that takes more than one transaction: each of them waits for the disk.
    @Test func aSampleIsOneTransaction() async throws {
        final class Commits: TransactionObserver, Sendable {
            let count = Mutex(0)
            func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { true }
            func databaseDidChange(with event: DatabaseEvent) {}
            func databaseDidCommit(_ db: Database) { count.withLock { $0 += 1 } }
            func databaseDidRollback(_ db: Database) {}
        }
        let fixture = try await Fixture(peers: 300)
        let commits = Commits()
        fixture.store.writer.add(transactionObserver: commits, extent: .databaseLifetime)
        let moved = Dictionary(uniqueKeysWithValues: fixture.peers.map { ($0, Transfer(received: 1, sent: 1)) })
        for day in Int64(0)..<3 { try await fixture.sample(Self.start + day * 86400, moved, isFirst: true) }
        #expect(commits.count.withLock { $0 } == 3)
    }

    // MARK: Clearing away

    /// Catches a purge that leaves something of the peer, or takes something of another.
    @Test func aPurgeTakesAllOfAPeerAndNothingElse() async throws {
        let fixture = try await Fixture()
        let (peer, other) = (fixture.peers[0], fixture.peers[1])
        let bytes = Transfer(received: 100, sent: 1)
        let day = HistoryGranularity.day.start(of: Self.start)
        for moment in stride(from: day, to: day + 40 * 86400, by: 1800) {
            try await fixture.sample(moment, [peer: bytes, other: bytes], isFirst: moment == day)
        }
        var sample = TrafficSample(takenAt: day + 40 * 86400)
        for id in [peer, other] {
            sample.sessions.append(
                .init(peerID: id, session: PeerSession(startedAt: day, lastSeenAt: day + 9), isOver: true))
            sample.endpoints.append(
                .init(peerID: id, startedAt: day, endpoint: .init(at: day, endpoint: "192.0.2.1:5")))
        }
        try await fixture.store.store(sample, retention: HistoryRetention())
        let whole = Transfer(received: 40 * 48 * 100, sent: 40 * 48)
        func total(_ id: Int64?) async throws -> Transfer {
            let history = try await fixture.history(id, day, day + 41 * 86400, .day)
            return history.total
        }
        let audits = "SELECT method, target, result FROM audit"
        let context = AuditContext(actor: .daemon, origin: "test", method: "Purge", target: "office/p0")
        let before = try await fixture.store.rows(audits)
        let counted = try await fixture.store.purgeHistory(ofPeer: peer, meters: [], dryRun: true, audit: context)
        #expect(try await total(peer) == whole)
        #expect(try await fixture.store.rows(audits) == before)
        let purged = try await fixture.store.purgeHistory(ofPeer: peer, meters: [], dryRun: false, audit: context)
        #expect(purged == counted)
        #expect(purged.samples >= 48 && purged.hourlyDays >= 31 && purged.days >= 1 && purged.sessions == 1)
        #expect(try await total(peer).isZero)
        #expect(try await fixture.store.sessions(ofPeer: peer, limit: 10).sessions.isEmpty)
        #expect(try await total(other) == whole)
        #expect(try await fixture.store.sessions(ofPeer: other, limit: 10).sessions.count == 1)
        #expect(try await total(nil) == Transfer(received: 2 * whole.received, sent: 2 * whole.sent))
        #expect(try await fixture.store.rows(audits).last == "Purge|office/p0|OK")
        try await fixture.store.expectSound()
    }

    /// Catches a history that outlives its peer, or that does not come back with a peer whose removal was taken back.
    @Test func theHistoryGoesWithThePeerUnlessThatComesBack() async throws {
        let fixture = try await Fixture()
        let peer = fixture.peers[0]
        let bytes = Transfer(received: 100, sent: 1)
        let day = HistoryGranularity.day.start(of: Self.start)
        for moment in stride(from: day, to: day + 3 * 86400, by: 3600) {
            try await fixture.sample(moment, [peer: bytes], isFirst: moment == day)
        }
        var sample = TrafficSample(takenAt: day + 3 * 86400)
        sample.sessions = [.init(peerID: peer, session: PeerSession(startedAt: day, lastSeenAt: day), isOver: true)]
        try await fixture.store.store(sample, retention: HistoryRetention())
        func total() async throws -> UInt64 {
            try await fixture.history(peer, day, day + 4 * 86400, .day).total.received
        }
        _ = try await fixture.store.deletePeer(
            in: fixture.network, peer, options: WriteOptions(confirmWithin: .seconds(60)))
        try await fixture.sample(day + 3 * 86400 + 60, [:])
        try await fixture.store.undoPendingChange()
        try await fixture.sample(day + 3 * 86400 + 120, [:])
        #expect(try await total() == 7200)
        #expect(try await fixture.store.rows("SELECT * FROM formerSubject") == [])

        _ = try await fixture.store.deletePeer(in: fixture.network, peer)
        try await fixture.sample(day + 3 * 86400 + 180, [:])
        #expect(try await fixture.store.rows("SELECT * FROM trafficHour WHERE subject > 0") == [])
        #expect(try await fixture.store.rows("SELECT * FROM peerSession") == [])
        // Its samples go with their age; what it was part of stays.
        for each in 0..<60 { try await fixture.sample(day + 6 * 86400 + Int64(each), [:]) }
        #expect(try await total() == 0)
        #expect(try await fixture.history(nil, day, day + 4 * 86400, .day).total.received == 7200)
        _ = try await fixture.store.deleteNetwork(fixture.network)
        try await fixture.store.store(TrafficSample(takenAt: day + 6 * 86400 + 60), retention: HistoryRetention())
        for table in ["trafficHour", "trafficSample", "trafficWatch", "trafficDevice", "formerSubject"] {
            #expect(try await fixture.store.rows("SELECT * FROM \(table)") == [], "\(table)")
        }
    }

    // MARK: Sessions

    /// Catches a page that skips or repeats a session, and a filter that is off by one.
    @Test func sessionsComePageByPage() async throws {
        let fixture = try await Fixture()
        let peer = fixture.peers[0]
        var sample = TrafficSample(takenAt: Self.start)
        for number in Int64(0)..<25 {
            let session = PeerSession(
                startedAt: Self.start + number * 1000, lastSeenAt: Self.start + number * 1000 + 500,
                moved: Transfer(received: UInt64(number), sent: .max))
            sample.sessions.append(.init(peerID: peer, session: session, isOver: number < 24))
        }
        sample.endpoints = [
            .init(peerID: peer, startedAt: Self.start, endpoint: .init(at: Self.start, endpoint: "192.0.2.1:1")),
            .init(peerID: peer, startedAt: Self.start, endpoint: .init(at: Self.start + 9, endpoint: "192.0.2.2:2")),
        ]
        let open = PeerSession(
            startedAt: Self.start + 24000, lastSeenAt: Self.start + 24999, moved: Transfer(received: 99, sent: 9))
        sample.meters[0] = [(peer, PeerMeter(session: open))]
        try await fixture.store.store(sample, retention: HistoryRetention())
        var found: [SessionPage.Entry] = []
        var before: Int64?
        repeat {
            let page = try await fixture.store.sessions(ofPeer: peer, before: before, limit: 10)
            found += page.sessions
            before = page.next
        } while before != nil
        #expect(found.map(\.session.startedAt) == (0..<25).reversed().map { Self.start + $0 * 1000 })
        #expect(found.first?.session == open && found.first?.endedAt == nil)
        #expect(found[1].endedAt == Self.start + 23500)
        #expect(found.last?.endpoints.map(\.endpoint) == ["192.0.2.1:1", "192.0.2.2:2"])
        let some = try await fixture.store.sessions(
            ofPeer: peer, from: Self.start + 3500, before: Self.start + 6000, limit: 10)
        #expect(some.sessions.map(\.session.startedAt) == [5, 4, 3].map { Self.start + $0 * 1000 })
        // Those that ended long ago go, with their endpoints.
        try await fixture.store.store(
            TrafficSample(takenAt: Self.start + 10 * 86400 + 5500), retention: HistoryRetention(sessionDays: 10))
        #expect(try await fixture.store.rows("SELECT count(*) FROM peerSession") == ["20"])
        #expect(try await fixture.store.rows("SELECT count(*) FROM sessionEndpoint") == ["0"])
    }

    /// Catches an interval that is not the shorter of the two, and one that is missed for the index.
    @Test func longKeepalivesAreFound() async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft()).id
        var wanted: [PublicKey: UInt16] = [:]
        for (own, hub, interval): (UInt16, UInt16, UInt16?) in [
            (0, 0, nil), (25, 0, nil), (60, 0, nil), (61, 0, 61), (0, 300, 300), (300, 120, 120), (300, 25, nil),
        ] {
            var draft = try peerDraft("k\(own)-\(hub)")
            (draft.settings.persistentKeepalive, draft.settings.hubKeepalive) = (own, hub)
            wanted[try await store.createPeer(in: network, draft).peer.publicKey] = interval
        }
        #expect(try await store.longKeepalives(in: network) == wanted)
    }
}
