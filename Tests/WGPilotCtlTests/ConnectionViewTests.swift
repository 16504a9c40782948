import Foundation
import Testing
import WGPilotJSON
import WGPilotProtocol

@testable import WGPilotCtl

@Suite("Connections as they are printed")
struct ConnectionViewTests {
    private static let total = ConnectionTotalMessage(name: "all", count: 3, sent: 2048, received: 10)
    private static let summary = ConnectionSummaryMessage(
        all: total, protocols: [ConnectionTotalMessage(name: "tcp", count: 3, sent: 2048, received: 10)],
        destinations: [ConnectionTotalMessage(name: "192.0.2.9", count: 3, sent: 2048, received: 10)], shown: 2,
        accounting: true)

    private static let web = ConnectionMessage(
        id: 1, transport: "tcp", state: "established",
        original: FlowMessage(
            source: "10.8.0.2", sourcePort: 40000, destination: "192.0.2.9", destinationPort: 443, packets: 1,
            bytes: 1024),
        reply: FlowMessage(
            source: "192.0.2.9", sourcePort: 443, destination: "203.0.113.1", destinationPort: 40001, packets: 1,
            bytes: 512),
        initiatorPeer: "laptop", replied: true, assured: true, timeout: 100, startedAt: 940)
    private static let names = ConnectionMessage(
        id: 2, transport: "udp",
        original: FlowMessage(source: "fd00::2", sourcePort: 5353, destination: "fd00::9", destinationPort: 53),
        reply: FlowMessage(source: "fd00::9", sourcePort: 53, destination: "fd00::2", destinationPort: 5353),
        initiatorPeer: "laptop", responderPeer: "phone", replied: false, assured: false)
    private static let echo = ConnectionMessage(
        id: 3, transport: "icmp", original: FlowMessage(source: "10.8.0.2", destination: "10.8.0.1", bytes: 84),
        reply: FlowMessage(source: "10.8.0.1", destination: "10.8.0.2", bytes: 84), replied: true, assured: false,
        icmpType: 8, icmpCode: 0, icmpID: 7)

    private static func view(_ columns: Int?, namesPeers: Bool = false) -> ConnectionListView {
        ConnectionListView(
            summary: summary, connections: [names, echo, web], namesPeers: namesPeers, columns: columns)
    }

    @Test("those with most bytes come first, what is not counted is not called nothing, and translation is shown")
    func wide() {
        #expect(
            Self.view(nil).table(now: 1000) == """
                PROTO  STATE        FROM            TO                 SENT  RECEIVED  BEGAN      TRANSLATED
                tcp    established  10.8.0.2:40000  192.0.2.9:443  1.00 KiB     512 B  1 min ago  from 203.0.113.1:40001
                icmp   replied      10.8.0.2        10.8.0.1           84 B      84 B  -          -
                udp    unreplied    [fd00::2]:5353  [fd00::9]:53          -         -  -          -

                """)
    }

    @Test("no line is wider than the terminal; what matters least gives way first", arguments: 20..<120)
    func narrow(_ columns: Int) {
        let lines = Self.view(columns, namesPeers: true).table(now: 1000).split(separator: "\n").map(String.init)
        #expect(lines.count == 4)
        for line in lines { #expect(DisplayWidth.of(line) <= columns, "\(line)") }
        #expect(lines[0].hasPrefix("PEER"))
        if columns >= 75 { #expect(lines[0].contains("RECEIVED"), "\(lines[0])") }
        if lines[0].contains("TRANSLATED") { #expect(lines[0].contains("BEGAN")) }
        if lines[0].contains("BEGAN") { #expect(lines[0].contains("STATE")) }
    }

    @Test("a network's list says whose each connection is")
    func peers() {
        let text = Self.view(nil, namesPeers: true).table(now: 1000)
        #expect(text.contains("laptop → phone"))
    }

    @Test("the JSON has every field in snake case, and leaves out what is not known")
    func json() throws {
        var json = JSONText()
        Self.view(nil).write(to: &json)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(json.text.utf8)) as? [String: Any])
        let list = try #require(object["connections"] as? [[String: Any]])
        #expect(list.map { $0["protocol"] as? String } == ["tcp", "icmp", "udp"])
        let web = try #require(list.first)
        #expect(
            Set(web.keys) == [
                "id", "protocol", "state", "original", "reply", "initiator_peer", "replied", "assured", "timeout",
                "started_at",
            ])
        let original = try #require(web["original"] as? [String: Any])
        #expect(
            Set(original.keys) == ["source", "source_port", "destination", "destination_port", "packets", "bytes"])
        #expect(Set(list[1].keys).isSuperset(of: ["icmp_type", "icmp_code", "icmp_id"]))
        let summary = try #require(object["summary"] as? [String: Any])
        #expect(summary["connections"] as? Int == 3 && summary["shown"] as? Int == 2)
        #expect((summary["destinations"] as? [[String: Any]])?.first?["address"] as? String == "192.0.2.9")
        #expect((summary["protocols"] as? [[String: Any]])?.first?["protocol"] as? String == "tcp")
    }

    @Test("the summary is a table of protocols and one of destinations, without numbers that nobody counted")
    func summaryTable() throws {
        #expect(
            ConnectionSummaryView(summary: Self.summary).table(now: 0) == """
                PROTO  CONNECTIONS      SENT  RECEIVED
                tcp              3  2.00 KiB      10 B
                all              3  2.00 KiB      10 B

                DESTINATION  CONNECTIONS      SENT  RECEIVED
                192.0.2.9              3  2.00 KiB      10 B

                """)
        var network = Self.summary
        network.peers = [ConnectionTotalMessage(name: "laptop", count: 3, sent: 2048, received: 10)]
        #expect(
            ConnectionSummaryView(summary: network).table(now: 0).contains(
                """

                PEER    CONNECTIONS      SENT  RECEIVED
                laptop            3  2.00 KiB      10 B

                DESTINATION
                """))
        var json = JSONText()
        network.write(to: &json)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.text.utf8)) as? [String: Any])
        let peer = try #require((object["peers"] as? [[String: Any]])?.first)
        #expect(peer["peer"] as? String == "laptop" && peer["connections"] as? Int == 3)
        var uncounted = Self.summary
        uncounted.accounting = false
        uncounted.all = ConnectionTotalMessage(name: "all", count: 0, sent: 0, received: 0)
        (uncounted.protocols, uncounted.destinations) = ([], [])
        #expect(
            ConnectionSummaryView(summary: uncounted).table(now: 0)
                == "PROTO  CONNECTIONS  SENT  RECEIVED\nall              0     -         -\n")
    }

    @Test("a flush says how many, and whether it was one")
    func flush() {
        let ended = FlushView(reply: FlushConnectionsReply(count: 1, dryRun: false))
        #expect(ended.table(now: 0) == "ended 1 connection\n")
        let counted = FlushView(reply: FlushConnectionsReply(count: 0, dryRun: true))
        #expect(counted.table(now: 0) == "would end 0 connections\n")
    }
}
