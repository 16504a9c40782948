import Testing
import WGPilotTestSupport

@testable import WGPilotCore

@Suite("What a reading of a peer's counters tells")
struct PeerMeterTests {
    private static let here = try? SocketEndpoint("192.0.2.1:1111")
    private static let there = try? SocketEndpoint("192.0.2.2:2222")

    private static func standing(
        _ received: UInt64, _ sent: UInt64, handshake: Int64? = nil, endpoint: SocketEndpoint? = here, key: UInt32 = 1,
        isNew: Bool = false, now: Int64 = 0, wasOnline: Bool = false
    ) -> PeerMeter.Standing {
        PeerMeter.Standing(
            status: PeerStatus(
                endpoint: endpoint, latestHandshake: handshake, received: received, sent: sent),
            keyMark: key, isNewDevice: isNew,
            isOnline: OnlineRule.isOnline(latestHandshake: handshake, wasOnline: wasOnline, now: now),
            window: OnlineRule.window)
    }

    private static let gone = PeerMeter.Standing(
        status: nil, keyMark: 1, isNewDevice: false, isOnline: false, window: OnlineRule.window)

    @Test("what flowed is the growth of the counters, from 0 for a peer that was never read")
    func growth() {
        var meter = PeerMeter()
        #expect(meter.read(Self.standing(100, 50), now: 10).moved == Transfer(received: 100, sent: 50))
        #expect(meter.read(Self.standing(100, 50), now: 20).moved.isZero)
        #expect(meter.read(Self.standing(130, 51), now: 30).moved == Transfer(received: 30, sent: 1))
    }

    @Test(
        "counters that began anew are counted from 0, whatever tells of it",
        arguments: [
            // Set back, also where only one of the two can be seen to be.
            (standing(40, 10), Transfer(received: 40, sent: 10)),
            (standing(5000, 10), Transfer(received: 5000, sent: 10)),
            (standing(40, 900), Transfer(received: 40, sent: 900)),
            // Another interface, another key: they may well have counted further by now.
            (standing(2000, 900, isNew: true), Transfer(received: 2000, sent: 900)),
            (standing(2000, 900, key: 2), Transfer(received: 2000, sent: 900)),
        ])
    func resets(standing: PeerMeter.Standing, moved: Transfer) {
        var meter = PeerMeter(keyMark: 1, counters: Transfer(received: 1000, sent: 500))
        #expect(meter.read(standing, now: 10).moved == moved)
        #expect(meter.read(standing, now: 20).moved == (standing.isNewDevice ? moved : .zero))
    }

    @Test("a peer that was away is counted from 0")
    func away() {
        var meter = PeerMeter(keyMark: 1, counters: Transfer(received: 1000, sent: 500))
        #expect(meter.read(Self.gone, now: 10).moved.isZero)
        #expect(meter.read(Self.standing(2000, 900), now: 20).moved == Transfer(received: 2000, sent: 900))
    }

    @Test("the sum of the readings is what the counters counted, over any resets that can be seen")
    func sums() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            var meter = PeerMeter()
            var (counted, total) = (Transfer.zero, Transfer.zero)
            var counters = Transfer.zero
            var key: UInt32 = 1
            var isNew = false
            for now in Int64(1)...200 {
                let event = Int.random(in: 0..<20, using: &generator)
                // What nobody read before it is gone is nobody's to count.
                if event < 3 {
                    counted +=
                        meter.read(
                            Self.standing(counters.received, counters.sent, key: key, isNew: isNew), now: now
                        ).moved
                    isNew = false
                }
                switch event {
                case 0: (counters, isNew) = (.zero, true)
                case 1: (counters, key) = (.zero, key + 1)
                case 2:
                    counters = .zero
                    _ = meter.read(Self.gone, now: now)
                default: break
                }
                let more = Transfer(
                    received: .random(in: 0...1 << 40, using: &generator), sent: .random(in: 0...9, using: &generator))
                counters += more
                total += more
                if Bool.random(using: &generator) || isNew || counters == more {
                    counted +=
                        meter.read(
                            Self.standing(counters.received, counters.sent, key: key, isNew: isNew), now: now
                        ).moved
                    isNew = false
                }
            }
            counted += meter.read(Self.standing(counters.received, counters.sent, key: key), now: 201).moved
            #expect(counted == total, "seed \(seed)")
        }
    }

    @Test("counters at the end of their range end no process")
    func limits() {
        var sum = Transfer(received: .max, sent: 1)
        sum += Transfer(received: 1, sent: .max)
        #expect(sum == Transfer(received: .max, sent: .max))
        var meter = PeerMeter()
        _ = meter.read(Self.standing(.max, .max, handshake: .max), now: 10)
        _ = meter.read(Self.standing(0, 0, handshake: .min), now: 20)
        _ = meter.read(Self.standing(.max, .max, handshake: .max), now: 30)
    }

    // MARK: Sessions

    @Test("a session begins with a handshake, goes on with others, and ends at the last sign of life")
    func session() {
        var meter = PeerMeter()
        let first = meter.read(Self.standing(10, 5, handshake: 1000, now: 1020), now: 1020)
        #expect(first.began?.startedAt == 1000)
        #expect(first.endpoint == .init(at: 1000, endpoint: "192.0.2.1:1111"))
        #expect(meter.session?.moved == Transfer(received: 10, sent: 5))
        // Bytes that come are a sign of life; bytes that go are none.
        _ = meter.read(Self.standing(20, 5, handshake: 1000, now: 1080, wasOnline: true), now: 1080)
        #expect(meter.session?.lastSeenAt == 1080)
        _ = meter.read(Self.standing(20, 9, handshake: 1000, now: 1110, wasOnline: true), now: 1110)
        #expect(meter.session?.lastSeenAt == 1080)
        let next = meter.read(Self.standing(25, 9, handshake: 1125, now: 1130, wasOnline: true), now: 1130)
        #expect(next.began == nil && next.ended.isEmpty && next.endpoint == nil)
        let last = meter.read(Self.standing(25, 9, handshake: 1125, now: 1330, wasOnline: true), now: 1330)
        #expect(
            last.ended == [
                PeerSession(
                    startedAt: 1000, lastSeenAt: 1130, moved: Transfer(received: 25, sent: 9),
                    endpoint: "192.0.2.1:1111")
            ])
        #expect(meter.session == nil)
        #expect(meter.read(Self.standing(25, 9, handshake: 1125, now: 1400), now: 1400).began == nil)
    }

    @Test("another endpoint is news of the same session")
    func roaming() {
        var meter = PeerMeter()
        _ = meter.read(Self.standing(1, 1, handshake: 1000, now: 1010), now: 1010)
        let moved = meter.read(
            Self.standing(2, 2, handshake: 1000, endpoint: Self.there, now: 1070, wasOnline: true), now: 1070)
        #expect(moved.endpoint == .init(at: 1070, endpoint: "192.0.2.2:2222"))
        #expect(moved.began == nil && moved.ended.isEmpty)
        #expect(meter.session?.startedAt == 1000)
    }

    @Test("a pause longer than the window makes two sessions of it, though each reading found the peer online")
    func pause() {
        var meter = PeerMeter()
        _ = meter.read(Self.standing(1, 1, handshake: 1000, now: 1010), now: 1010)
        let news = meter.read(Self.standing(9, 9, handshake: 5000, now: 5010), now: 5010)
        #expect(news.ended.map(\.startedAt) == [1000])
        #expect(news.began?.startedAt == 5000)
        // A second of uncertainty makes no second session.
        let close = meter.read(Self.standing(9, 9, handshake: 5190, now: 5200, wasOnline: true), now: 5200)
        #expect(close.began == nil && close.ended.isEmpty)
    }

    @Test("a session that came and went between two readings is not lost")
    func missed() {
        var meter = PeerMeter()
        let news = meter.read(Self.standing(70, 7, handshake: 1000, now: 9000), now: 9000)
        #expect(news.began?.startedAt == 1000)
        #expect(news.ended.map(\.moved) == [Transfer(received: 70, sent: 7)])
        #expect(news.endpoint == .init(at: 1000, endpoint: "192.0.2.1:1111"))
        #expect(meter.session == nil)
    }

    @Test("a peer that is taken off the interface is offline at once")
    func removed() {
        var meter = PeerMeter()
        _ = meter.read(Self.standing(1, 1, handshake: 1000, now: 1010), now: 1010)
        #expect(meter.read(Self.gone, now: 1020).ended.map(\.startedAt) == [1000])
    }

    @Test("a clock that is set back loses no session for long")
    func clockSetBack() {
        var meter = PeerMeter(keyMark: 1, handshake: 90_000)
        #expect(meter.read(Self.standing(1, 1, handshake: 1000, now: 1010), now: 1010).began?.startedAt == 1000)
    }
}
