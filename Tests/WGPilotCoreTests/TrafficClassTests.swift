import Testing
import WGPilotCore

@Suite struct TrafficClassTests {
    @Test(
        "burst, quantum and queue follow from the limit",
        arguments: [
            // Bytes a second; ticks of 64 ns that the burst takes: 1600 B, 32 ms up to 64 KiB, 4 ms beyond 128 Mbit/s.
            (8, 1000, 25_000_000, 1600, 32), (1000, 125_000, 500_000, 1600, 62),
            (10_000, 1_250_000, 500_000, 1600, 625),
            (100_000, 12_500_000, 81_920, 12_500, 6250), (1_000_000, 125_000_000, 62_500, 60_000, 10_240),
            (100_000_000, 12_500_000_000, 62_500, 60_000, 10_240),
        ] as [(Int64, UInt64, UInt32, UInt32, UInt32)])
    func parameters(_ kbps: Int64, _ rate: UInt64, _ ticks: UInt32, _ quantum: UInt32, _ queue: UInt32) {
        let found = TrafficClass(kbps: kbps)
        #expect(found == TrafficClass(rate: rate, burstTicks: ticks, quantum: quantum))
        #expect(found.kbps == kbps && found.queueLimit == queue)
    }

    @Test("a slow class may keep a packet for as long as one and a half of them take, a fast one for 5 ms")
    func delay() {
        #expect(TrafficClass(kbps: 1000).target == 19_200)
        #expect(TrafficClass(kbps: 1000).interval == 114_200)
        #expect(TrafficClass(kbps: 100_000).target == 5000)
        #expect(TrafficClass(kbps: 100_000).interval == 100_000)
        #expect(TrafficClass(kbps: 8).target == 2_400_000)
    }

    @Test("over ten seconds a burst is no more than half a percent, from 256 kbit/s on")
    func bursts() {
        for kbps in [256, 1000, 5000, 16_384, 200_000, 10_000_000] as [Int64] {
            #expect(Double(TrafficClass(kbps: kbps).burstTicks) * 64e-9 / 10 <= 0.0051, "\(kbps)")
        }
    }

    @Test("a limit is written in the largest unit that has no fraction")
    func text() {
        let texts = [0, 8, 1500, 10_000, 2_000_000, 2_500_000].map { BandwidthLimit.text($0) }
        #expect(texts == ["unlimited", "8 kbit/s", "1500 kbit/s", "10 Mbit/s", "2 Gbit/s", "2500 Mbit/s"])
    }

    @Test("a peer's own limit goes before its network's, 0 being none", arguments: TrafficDirection.allCases)
    func precedence(_ direction: TrafficDirection) {
        func limit(_ peer: Int64?, _ network: Int64) -> Int64? {
            TrafficLimit(peerUp: peer, peerDown: peer, networkUp: network, networkDown: network)[direction]
        }
        #expect(limit(nil, 0) == nil && limit(nil, 500) == 500 && limit(0, 500) == nil && limit(800, 500) == 800)
        #expect(limit(800, 0) == 800)
    }
}
