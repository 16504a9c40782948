import Foundation
import Testing
import WGPilotJSON
import WGPilotProtocol

@testable import WGPilotCtl

@Suite("A history and sessions as they are printed")
struct HistoryViewTests {
    /// 2026-11-28 12:00:00 UTC.
    private static let noon: Int64 = 1_795_867_200

    private static func history(_ received: [UInt64], watched: [Int64]? = nil) -> HistoryReply {
        HistoryReply(
            from: noon, to: noon + Int64(received.count) * 60, granularity: "minute",
            points: received.enumerated().map { index, count in
                HistoryPointMessage(
                    start: noon + Int64(index) * 60, received: count, sent: 0, watched: watched?[index] ?? 60)
            }, received: received.reduce(0, +), sent: 0, sampledAt: noon + Int64(received.count) * 60)
    }

    @Test("the highest column is as high as the chart, half of it half as high, and a byte is seen")
    func chart() {
        let chart = HistoryChart(values: [4096, 2048, 1, 0, nil], height: 4, barWidth: 1)
        #expect(
            chart.lines == [
                "    4.00 KiB ┤█",
                "             ┤█",
                "             ┤██",
                "         0 B ┤██▁ ·",
            ])
        #expect(HistoryChart(values: [], height: 2, barWidth: 1).lines.count == 2)
        #expect(HistoryChart(values: [.max, .max], height: 2, barWidth: 2).lines.last == "         0 B ┤████")
    }

    @Test("many points have room together, few are wide, and none is lost", arguments: [1, 2, 60, 96, 365, 1440])
    func width(count: Int) {
        let view = HistoryView(
            name: "office/laptop", history: Self.history(Array(repeating: 1024, count: count)), columns: 80)
        let lines = view.table(now: Self.noon + Int64(count) * 60).split(separator: "\n").map(String.init)
        #expect(lines.allSatisfy { DisplayWidth.of($0) <= 80 }, "\(lines)")
        #expect(lines.contains { $0.contains("received \(HumanText.bytes(UInt64(count) * 1024))") })
        #expect(lines.contains { $0.contains("█") })
    }

    @Test("gaps are seen and told, and where nothing flowed that is said")
    func gaps() {
        let gap = HistoryView(
            name: "a", history: Self.history(Array(repeating: 9, count: 20), watched: Array(repeating: 0, count: 20)),
            columns: 80)
        #expect(gap.table(now: Self.noon).contains("for 20 min 0 s of it the hub did not look"))
        #expect(HistoryView(name: "a", history: Self.history([0])).table(now: Self.noon).contains("nothing flowed"))
        var never = Self.history([0])
        never.sampledAt = nil
        #expect(HistoryView(name: "a", history: never).table(now: Self.noon).contains("no sample was taken yet"))
    }

    @Test("whatever the daemon says, no number of it ends the command")
    func hostile() {
        let points = [
            HistoryPointMessage(start: .min, received: .max, sent: .max, watched: .max),
            HistoryPointMessage(start: .max, received: .max, sent: .max, watched: .max),
        ]
        let reply = HistoryReply(
            from: .min, to: .max, granularity: "\u{1B}[2J", points: points, received: .max, sent: .max,
            sampledAt: .max)
        let view = HistoryView(name: "\u{1B}[2J", history: reply, columns: 1)
        #expect(!view.table(now: 0).contains("\u{1B}"))
        _ = view.csv
        let session = PeerSessionMessage(
            startedAt: .min, endedAt: .max, lastSeenAt: .min, received: .max, sent: .max,
            endpoints: [.init(at: .max, endpoint: "\u{1B}[2J")])
        let list = PeerSessionListView(sessions: [session])
        #expect(!list.table(now: .max).contains("\u{1B}"))
        _ = list.csv
    }

    @Test("a table for a spreadsheet has a row for each bucket, and times by UTC")
    func csv() {
        #expect(
            HistoryView(name: "a", history: Self.history([5, 0])).csv == """
                start,received,sent,watched\r
                2026-11-28T12:00:00Z,5,0,60\r
                2026-11-28T12:01:00Z,0,0,60\r

                """)
        #expect(CSVFile.text([["a,b", "c\"d", "e\nf", "g"]]) == "\"a,b\",\"c\"\"d\",\"e\nf\",g\r\n")
    }

    @Test("a session shows its endpoints, how long it was, and that it goes on")
    func sessions() throws {
        let endpoints = ["192.0.2.1:1", "192.0.2.2:2", "192.0.2.3:3", "192.0.2.4:4"].enumerated().map {
            SessionEndpointMessage(at: Self.noon + Int64($0), endpoint: $1)
        }
        let over = PeerSessionMessage(
            startedAt: Self.noon, endedAt: Self.noon + 3725, lastSeenAt: Self.noon + 3725, received: 2048, sent: 5,
            endpoints: endpoints)
        let open = PeerSessionMessage(
            startedAt: Self.noon, lastSeenAt: Self.noon + 61, received: 0, sent: 0, endpoints: [])
        let list = PeerSessionListView(sessions: [open, over])
        let lines = list.table(now: Self.noon).split(separator: "\n").map(String.init)
        #expect(lines[1].contains("goes on") && lines[1].contains("1 min 1 s"))
        #expect(lines[2].contains("1 h 2 min") && lines[2].contains("192.0.2.1:1 → (2 more) → 192.0.2.4:4"))
        var json = JSONText()
        list.write(to: &json)
        let parsed = try #require(
            try JSONSerialization.jsonObject(with: Data(json.text.utf8)) as? [[String: Any]])
        #expect(
            Set(parsed[1].keys) == [
                "started_at", "ended_at", "last_seen_at", "seconds", "received", "sent", "endpoints",
            ])
        #expect(parsed[0]["ended_at"] == nil && parsed[1]["seconds"] as? Int == 3725)
        #expect(list.csv.split(separator: "\r\n").count == 3)
    }

    @Test("a keepalive interval that is not as it should be shows in list and details")
    func keepalive() {
        var peer = Samples.peer
        peer.hubKeepalive = 25
        peer.status?.persistentKeepalive = 25
        #expect(PeerView(peer: peer).kernelKeepalive == "every 25 s")
        peer.status?.persistentKeepalive = 0
        #expect(PeersView(peers: [peer]).table(now: 0).contains("off, to be every 25 s"))
        #expect(PeerView(peer: peer).table(now: 0).contains("off, to be every 25 s"))
    }
}
