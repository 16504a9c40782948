import Testing
import WGPilotCore

@testable import WGPilotStore

@Suite struct HostileContentTests {
    /// Catches a trap or a made-up value where a column holds what the store never writes: the checks of the schema are
    /// switched off, as for whoever can write the file.
    @Test(arguments: [
        "UPDATE peer SET publicKey = x'00FF'", "UPDATE peer SET publicKey = x''",
        "UPDATE peer SET name = ''", "UPDATE peer SET name = 'a' || char(10) || 'b'",
        "UPDATE peer SET name = CAST(x'FF0A' AS TEXT)",
        "UPDATE peer SET hostNumber = -1", "UPDATE peer SET hostNumber = 9223372036854775807",
        "UPDATE peer SET role = 'x'", "UPDATE peer SET endpoint = '1.2.3.4'",
        "UPDATE peer SET persistentKeepalive = -1", "UPDATE peer SET hubKeepalive = 65536",
        "UPDATE peer SET persistentKeepalive = -9223372036854775808",
        "UPDATE peer SET tunnel = 'x'", "UPDATE peer SET mtu = 9223372036854775807",
        "UPDATE peer SET extraCIDRs = '[\"10.0.0.1/8\"]'", "UPDATE peer SET dnsServers = '[\"x\"]'",
        "UPDATE peer SET dnsServers = ''", "UPDATE peer SET tags = '['", "UPDATE peer SET tags = '[1]'",
        "UPDATE peer SET tags = '[{}]'", "UPDATE peer SET tags = '[\"a\\u0041\"]'", "UPDATE peer SET tags = '[\"a\",]'",
        "UPDATE siteNetwork SET first = x'0A'", "UPDATE siteNetwork SET prefixLength = 255",
        "UPDATE siteNetwork SET prefixLength = 1", "UPDATE siteNetwork SET family = 6",
        "UPDATE siteNetwork SET prefixLength = -1",
        "UPDATE network SET publicKey = x'00'", "UPDATE network SET subnet = '10.8.0.0/31'",
        "UPDATE network SET subnet = 'x'", "UPDATE network SET subnet6 = '10.0.0.0/8'",
        "UPDATE network SET hostHint = 9223372036854775807", "UPDATE network SET hostHint = -5",
        "UPDATE network SET listenPort = 0", "UPDATE network SET interface = '../x'", "UPDATE network SET mode = 'x'",
        "UPDATE network SET endpointHost = 'a b'", "UPDATE network SET dnsServers = '[[]]'",
        "UPDATE network SET mtu = 5", "UPDATE network SET name = ' '",
        "UPDATE networkSecret SET privateKey = x'01'", "DELETE FROM networkSecret",
    ])
    func damagedRowsAreReportedAsDamage(sql: String) async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft(mode: .siteToSite))
        let peer = try await store.createPeer(in: network.id, peerDraft("a", sites: ["192.168.1.0/24"])).peer
        try await store.sql("PRAGMA ignore_check_constraints = ON")
        try await store.sql(sql)
        var codes: Set<StoreError.Code> = []
        func attempt(_ body: () async throws(StoreError) -> some Any) async {
            do {
                _ = try await body()
            } catch {
                codes.insert(error.code)
            }
        }
        await attempt { () async throws(StoreError) in try await store.networks() }
        await attempt { () async throws(StoreError) in try await store.peers(in: network.id) }
        await attempt { () async throws(StoreError) in
            try await store.peers(in: network.id, PeerQuery(order: .name, filter: "zz"))
        }
        await attempt { () async throws(StoreError) in try await store.peer(in: network.id, peer.id) }
        await attempt { () async throws(StoreError) in try await store.desiredInterface(network.id) }
        await attempt { () async throws(StoreError) in try await store.desiredPeer(in: network.id, peer.publicKey) }
        await attempt { () async throws(StoreError) in try await store.otherSites(in: network.id, excluding: 0) }
        let draft = try peerDraft("b", sites: ["192.168.1.128/25"])
        await attempt { () async throws(StoreError) in try await store.createPeer(in: network.id, draft) }
        #expect(codes.contains(.corrupt), "\(codes)")
        #expect(codes.subtracting([.corrupt, .conflict]).isEmpty, "\(codes)")
    }

    /// Catches a trap in the allocation where stored numbers are beyond everything.
    @Test func damagedNumbersDoNotTrapTheAllocation() async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft())
        _ = try await store.createPeer(in: network.id, peerDraft("a"))
        try await store.sql("PRAGMA ignore_check_constraints = ON")
        try await store.sql("UPDATE peer SET hostNumber = 9223372036854775807; UPDATE network SET hostHint = 16777216")
        #expect(try await storeError { try await store.createPeer(in: network.id, peerDraft("b")) }.code == .corrupt)
    }

    /// Catches a list that reads back as something else.
    @Test func listsComeBackOrAreRefused() throws {
        for list in [[], ["a"], ["a", "b"], ["", ""], ["ü", "日本", "[", "]", ",", "a,b"]] {
            #expect(TextList.decode(try TextList.encode(list)) == list)
        }
        for text in [
            "", "[", "]", "[]x", "[\"\"", "[\"a\"\"b\"]", "[\"a\" ]", "[\"a\",]", "[,]", "[\"a\"]]", "[\"]", "\"a\"",
        ] {
            #expect(TextList.decode(text) == nil, "\(text)")
        }
        for element in ["a\"b", "a\\b", "a\nb"] {
            #expect(throws: StoreError.self) { try TextList.encode([element]) }
        }
    }
}
