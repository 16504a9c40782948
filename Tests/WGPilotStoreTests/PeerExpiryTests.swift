import Testing
import WGPilotCore

@testable import WGPilotStore

@Suite struct PeerExpiryTests {
    private static func fixture(
        _ clock: TestClock, _ expiries: [Int64?]
    ) async throws -> (store: StateStore, network: Network, peers: [Peer]) {
        let store = try StateStore.inMemory(now: clock.clock)
        let network = try await store.createNetwork(networkDraft())
        var peers: [Peer] = []
        for (index, expiry) in expiries.enumerated() {
            var draft = try peerDraft("peer\(index)")
            draft.settings.expiresAt = expiry.map { clock.now + $0 }
            peers.append(try await store.createPeer(in: network.id, draft).peer)
        }
        return (store, network, peers)
    }

    /// Catches a peer that stays beyond its time, one that goes before it, and a reason that is not told.
    @Test func aPeerIsSwitchedOffAtItsTimeAndNotBefore() async throws {
        let clock = TestClock()
        let (store, network, peers) = try await Self.fixture(clock, [20, 10, nil])
        #expect(try await store.nextPeerDeadline() == clock.now + 10)
        clock.now += 9
        #expect(try await store.expirePeers() == [:])
        clock.now += 1
        #expect(try await store.expirePeers(audit: .daemon("x")) == [network.id: [peers[1].publicKey]])
        let expired = try await store.peer(in: network.id, peers[1].id)
        #expect(!expired.settings.enabled && expired.disabledReason == .expired)
        #expect(expired.settings.expiresAt == clock.now && expired.updatedAt > peers[1].updatedAt)
        #expect(try await store.desiredPeer(in: network.id, expired.publicKey) == nil)
        #expect(try await store.peer(in: network.id, peers[0].id).settings.enabled)
        #expect(try await store.nextPeerDeadline() == clock.now + 10)
        let entry = try #require(try await store.auditEntries(AuditQuery(limit: 1)).items.first?.entry)
        #expect(entry.actor == .daemon && entry.target == "office/peer1")
        clock.now += 1000
        #expect(try await store.expirePeers() == [network.id: [peers[0].publicKey]])
        #expect(try await store.expirePeers() == [:])
        #expect(try await store.nextPeerDeadline() == nil)
    }

    /// Catches an expired peer that is let in because a full disk kept it from being switched off.
    @Test func whoeverHasExpiredIsNotLetInBeforeThatIsWritten() async throws {
        let clock = TestClock()
        let (store, network, peers) = try await Self.fixture(clock, [10, nil])
        #expect(try await store.desiredInterface(network.id)?.peers.count == 2)
        clock.now += 10
        #expect(try await store.desiredInterface(network.id)?.peers.keys.map(\.self) == [peers[1].publicKey])
        #expect(try await store.desiredPeer(in: network.id, peers[0].publicKey) == nil)
        #expect(try await store.peer(in: network.id, peers[0].id).settings.enabled)
    }

    /// Catches an expired peer that gets in again by itself or by being enabled.
    @Test func anExpiredPeerComesBackOnlyWithAnotherExpiry() async throws {
        let clock = TestClock()
        let (store, network, peers) = try await Self.fixture(clock, [10])
        clock.now += 10
        _ = try await store.expirePeers()
        let id = peers[0].id
        let refused = try await storeError { try await store.setPeerEnabled(in: network.id, id, true) }
        #expect(refused.code == .failedPrecondition && refused.field == "expires_at")
        let later = clock.now + 100
        let moved = try await store.updatePeer(in: network.id, id) { $0.settings.expiresAt = later }
        #expect(!moved.after.settings.enabled && moved.after.disabledReason == .expired, "it came back by itself")
        let enabled = try await store.setPeerEnabled(in: network.id, id, true)
        #expect(enabled.after.settings.enabled && enabled.after.disabledReason == nil)
        clock.now += 100
        _ = try await store.expirePeers()
        _ = try await store.updatePeer(in: network.id, id) { $0.settings.expiresAt = nil }
        #expect(try await store.setPeerEnabled(in: network.id, id, true).after.settings.enabled)
        let disabled = try await store.setPeerEnabled(in: network.id, id, false)
        #expect(disabled.after.disabledReason == .operator)
    }

    /// Catches an expiry in the past that is taken, for a new peer and for one that is there.
    @Test func anExpiryInThePastIsRefused() async throws {
        let clock = TestClock()
        let (store, network, peers) = try await Self.fixture(clock, [nil])
        for expiry in [clock.now, clock.now - 1, 0, .min, .max] {
            let edit = try await storeError {
                try await store.updatePeer(in: network.id, peers[0].id) { $0.settings.expiresAt = expiry }
            }
            #expect(edit.code == .invalid && edit.field == "expires_at")
            var draft = try peerDraft("late")
            draft.settings.expiresAt = expiry
            let creation = try await storeError { [draft] in try await store.createPeer(in: network.id, draft) }
            #expect(creation.code == .invalid && creation.field == "expires_at")
        }
    }

    /// Catches an expiry that waits for somebody's confirmation, and an undo that lets an expired peer stay in.
    @Test func aPeerExpiresWhileAChangeWaits() async throws {
        let clock = TestClock()
        let (store, network, peers) = try await Self.fixture(clock, [10])
        let id = peers[0].id
        _ = try await store.updatePeer(
            in: network.id, id, options: WriteOptions(confirmWithin: .seconds(600))
        ) { $0.settings.notes = "n" }
        clock.now += 10
        #expect(try await store.expirePeers() == [network.id: [peers[0].publicKey]])
        try await store.undoPendingChange()
        let after = try await store.peer(in: network.id, id)
        #expect(after.settings.notes == "" && !after.settings.enabled && after.disabledReason == .expired)
        // An undo that switches it on again is settled at the next look.
        _ = try await store.updatePeer(in: network.id, id) { $0.settings.expiresAt = nil }
        _ = try await store.setPeerEnabled(in: network.id, id, true)
        let end = clock.now + 5
        _ = try await store.updatePeer(in: network.id, id) { $0.settings.expiresAt = end }
        _ = try await store.updatePeer(
            in: network.id, id, options: WriteOptions(confirmWithin: .seconds(600))
        ) { $0.settings.enabled = false }
        clock.now += 5
        #expect(try await store.expirePeers() == [:])
        try await store.undoPendingChange()
        #expect(try await store.nextPeerDeadline() == end)
        #expect(try await store.expirePeers() == [network.id: [peers[0].publicKey]])
    }
}
