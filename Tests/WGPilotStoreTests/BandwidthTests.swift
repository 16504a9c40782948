import GRDB
import Testing
import WGPilotCore
import WGPilotTestSupport

@testable import WGPilotStore

@Suite struct BandwidthTests {
    /// Catches a limit that is lost on its way into the database and out of it, or that the wrong one of two holds for.
    @Test func limitsAreKeptAndTheNetworksHoldWhereAPeerHasNone() async throws {
        let store = try StateStore.inMemory()
        var draft = try networkDraft()
        draft.settings.bandwidthDown = 5000
        let network = try await store.createNetwork(draft)
        #expect(network.settings.bandwidthDown == 5000 && network.settings.bandwidthUp == 0)
        var own = try peerDraft("own")
        (own.settings.bandwidthUp, own.settings.bandwidthDown) = (800, 0)
        let peers = try await store.createPeers(in: network.id, [own, peerDraft("none")]).map(\.peer)
        let read = try await store.peer(in: network.id, peers[0].id).settings
        #expect(read.bandwidthUp == 800 && read.bandwidthDown == 0)
        #expect(try await store.peer(in: network.id, peers[1].id).settings.bandwidthUp == nil)

        let keys = peers.map(\.publicKey)
        func limits() async throws -> [TrafficLimit?] {
            let desired = try await store.desiredPeers(in: network.id, keys)
            let whole = try #require(try await store.desiredInterface(network.id)).peers
            #expect(whole.mapValues(\.limit) == desired.mapValues(\.limit), "both ways of reading agree")
            let limited = try #require(try await store.limitedPeers(in: network.id))
            #expect(limited.interface == network.interface)
            #expect(limited.peers == desired.filter { $0.value.limit != .none }, "and so does the third")
            return keys.map { desired[$0]?.limit }
        }
        #expect(try await limits() == [TrafficLimit(up: 800), TrafficLimit(down: 5000)])
        _ = try await store.updateNetwork(network.id) { ($0.bandwidthUp, $0.bandwidthDown) = (64, 0) }
        #expect(try await limits() == [TrafficLimit(up: 800), TrafficLimit(up: 64)])
        _ = try await store.updatePeer(in: network.id, peers[0].id) {
            ($0.settings.bandwidthUp, $0.settings.bandwidthDown) = (nil, 100_000_000)
        }
        #expect(try await limits() == [TrafficLimit(up: 64, down: 100_000_000), TrafficLimit(up: 64)])
        _ = try await store.setPeerEnabled(in: network.id, peers[0].id, false)
        #expect(try await limits() == [nil, TrafficLimit(up: 64)])
        _ = try await store.updateNetwork(network.id) { $0.bandwidthUp = 0 }
        #expect(try await limits() == [nil, TrafficLimit.none])
        _ = try await store.setNetworkEnabled(network.id, false)
        #expect(try await store.limitedPeers(in: network.id) == nil)
        try await store.expectSound()
    }

    /// Catches a limit that no kernel could bear getting past the store, whoever forgot to look at it before.
    @Test func whatIsNoLimitIsRefused() async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft())
        var draft = try peerDraft("a")
        (draft.settings.bandwidthUp, draft.settings.bandwidthDown) = (7, 100_000_001)
        let error = try await storeError { try await store.createPeer(in: network.id, draft) }
        #expect(error.code == .invalid)
        #expect(error.violations.map(\.field) == ["bandwidth_up_kbps", "bandwidth_down_kbps"])
    }

    /// Catches more limited peers than the kernel can tell apart; and a count that is made though it cannot be too large.
    @Test func noMorePeersAreLimitedThanTheKernelCanTellApart() async throws {
        let store = try StateStore.inMemory()
        var draft = try networkDraft(subnet: "10.0.0.0/8")
        draft.settings.bandwidthDown = 1000
        let network = try await store.createNetwork(draft)
        let log = StatementLog()
        try await store.writer.writeWithoutTransaction { db in db.trace { log.append("\($0)") } }
        _ = try await store.createPeer(in: network.id, peerDraft("first"))
        try await store.writer.writeWithoutTransaction { db in db.trace(options: []) }
        #expect(!log.all.contains { $0.contains("ifnull(bandwidth") })

        // As many as there may be, written behind the store's back, for making so many keys takes minutes.
        try await store.sql(
            """
            WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < \(TrafficShape.mostPeers)) \
            INSERT INTO peer (networkID, name, hostNumber, publicKey, email, role, persistentKeepalive, hubKeepalive, \
            extraCIDRs, notes, tags, enabled, createdAt, updatedAt) \
            SELECT \(network.id), 'p' || i, i + 10, randomblob(32), '', 'client', 0, 0, '[]', '', '[]', 1, 1, 1 FROM n
            """)
        #expect(try await store.peerCount(in: network.id) == TrafficShape.mostPeers)
        let error = try await storeError {
            try await store.createPeer(in: network.id, peerDraft("one too many"))
        }
        #expect(error.code == .exhausted && error.field == "bandwidth_down_kbps", "\(error)")
        #expect(error.message.contains("65533"))
        let batch = try await storeError {
            try await store.createPeers(in: network.id, [peerDraft("one too many")])
        }
        #expect(batch.code == .exhausted)
        var free = try peerDraft("without a limit")
        free.settings.bandwidthDown = 0
        let peer = try await store.createPeer(in: network.id, free).peer
        let edit = try await storeError {
            try await store.updatePeer(in: network.id, peer.id) { $0.settings.bandwidthDown = 8 }
        }
        #expect(edit.code == .exhausted)
        _ = try await store.updateNetwork(network.id) { $0.bandwidthDown = 0 }
        _ = try await store.createPeer(in: network.id, peerDraft("second"))
        let standard = try await storeError {
            try await store.updateNetwork(network.id) { $0.bandwidthUp = 1000 }
        }
        #expect(standard.code == .exhausted && standard.field == "bandwidth_up_kbps")
    }
}
