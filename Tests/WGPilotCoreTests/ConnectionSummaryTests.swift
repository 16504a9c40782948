import Testing
import WGPilotCore

@Suite("What connections amount to")
struct ConnectionSummaryTests {
    private static func connection(
        _ destination: String, protocolNumber: UInt8 = 6, sent: UInt64? = nil, received: UInt64? = nil
    ) throws -> TrackedConnection {
        let (peer, other) = (try #require(IPAddress("10.8.0.2")), try #require(IPAddress(destination)))
        return TrackedConnection(
            id: 1, protocolNumber: protocolNumber, original: .init(source: peer, destination: other, bytes: sent),
            reply: .init(source: other, destination: peer, bytes: received))
    }

    @Test("counts and bytes are added up by protocol and over all, and never overflow")
    func totals() throws {
        var summary = ConnectionSummary()
        summary.add(try Self.connection("192.0.2.1", sent: 10, received: 5))
        summary.add(try Self.connection("192.0.2.2", protocolNumber: 17, sent: .max, received: 1))
        summary.add(try Self.connection("192.0.2.2", protocolNumber: 200))
        #expect(summary.all.count == 3 && summary.all.sent == .max && summary.all.received == 6)
        #expect(summary.byProtocol.mapValues(\.count) == ["tcp": 1, "udp": 1, "200": 1])
        #expect(summary.byProtocol["tcp"]?.sent == 10)
    }

    @Test("the peers with most bytes come first, and each connection counts for every peer that has an end of it")
    func peers() throws {
        var (summary, peers) = (ConnectionSummary(), PrefixTable<Int>())
        peers[try IPPrefix("10.8.0.2/32")] = 7
        peers[try IPPrefix("192.0.2.0/24")] = 8
        summary.add(try Self.connection("198.51.100.1", sent: 10, received: 5), of: peers)
        summary.add(try Self.connection("192.0.2.1", sent: 1, received: 1), of: peers)
        summary.add(try Self.connection("10.8.0.2", sent: 3), of: peers)
        #expect(summary.all.count == 3 && summary.topPeers(0).isEmpty)
        let top = summary.topPeers(10)
        #expect(top.map(\.number) == [7, 8] && top.map(\.total.count) == [3, 1])
        #expect(top.map(\.total.sent) == [14, 1] && top.map(\.total.received) == [6, 1])
    }

    @Test("the destinations with most bytes come first, both ways counted, then those with most connections")
    func destinations() throws {
        var summary = ConnectionSummary()
        summary.add(try Self.connection("192.0.2.1", sent: 10))
        summary.add(try Self.connection("192.0.2.2", sent: 1, received: 50))
        for _ in 0..<3 { summary.add(try Self.connection("192.0.2.3")) }
        summary.add(try Self.connection("192.0.2.4"))
        #expect(
            summary.topDestinations(3).map(\.address.description) == ["192.0.2.2", "192.0.2.1", "192.0.2.3"])
        #expect(summary.topDestinations(10).count == 4 && summary.topDestinations(0).isEmpty)
        #expect(summary.topDestinations(10).last?.address.description == "192.0.2.4")
    }
}
