import Testing

@testable import WGPilotCore

@Suite("Who is online")
struct OnlineRuleTests {
    /// 180 s is REJECT_AFTER_TIME of section 6.1 of the WireGuard white paper.
    @Test(
        "a handshake of the last three minutes tells that a peer is online; one that was stays so a little longer",
        arguments: [
            (0, 0, false, true), (179, 0, false, true), (180, 0, false, false), (181, 0, false, false),
            (180, 0, true, true), (194, 0, true, true), (195, 0, true, false),
            // A keepalive of up to a minute changes nothing, a longer one is waited for three times.
            (180, 25, false, false), (180, 60, false, false), (182, 61, false, true), (183, 61, false, false),
            (359, 120, false, true), (360, 120, false, false), (374, 120, true, true), (375, 120, true, false),
            (196_604, 65535, false, true), (196_605, 65535, false, false),
            // A handshake from the future: the clock was set back.
            (-1000, 0, false, true),
        ] as [(Int64, UInt16, Bool, Bool)])
    func window(age: Int64, keepalive: UInt16, wasOnline: Bool, isOnline: Bool) {
        let now: Int64 = 1_800_000_000
        #expect(
            OnlineRule.isOnline(latestHandshake: now - age, keepalive: keepalive, wasOnline: wasOnline, now: now)
                == isOnline)
    }

    @Test("who never made a handshake is offline, and no time ends the process")
    func never() {
        #expect(!OnlineRule.isOnline(latestHandshake: nil, wasOnline: true, now: 5))
        #expect(!OnlineRule.isOnline(latestHandshake: .min, now: .max))
        _ = OnlineRule.isOnline(latestHandshake: .max, now: .min)
    }

    @Test("the shorter of two intervals counts, and none is none")
    func intervals() {
        #expect(OnlineRule.keepalive(0, 0) == 0)
        #expect(OnlineRule.keepalive(0, 300) == 300)
        #expect(OnlineRule.keepalive(300, 0) == 300)
        #expect(OnlineRule.keepalive(300, 25) == 25)
    }
}
