import FoundationEssentials
import GRDB
import Testing
import WGPilotCore
import WGPilotTestSupport

@testable import WGPilotStore

@Suite struct DeviceSealTests {
    /// A hub whose networks are all sealed.
    private static func sealed(_ store: StateStore) async throws {
        for network in try await store.networks() {
            let desired = try #require(try await store.versionedInterface(network.id))
            try await store.sealDevice(of: network.id, desired, program: "1")
        }
    }

    /// Each seal that is there is of what the network's device should be at this moment.
    private static func expectTrueSeals(_ store: StateStore, _ what: String) async throws -> Set<Int64> {
        var there: Set<Int64> = []
        for network in try await store.networks() {
            guard let sealed = try await store.sealedInterface(network.id) else { continue }
            let desired = try #require(try await store.desiredInterface(network.id))
            #expect(store.isInStep(desired.imprint, with: sealed, program: "1"), "\(what): network \(network.id)")
            #expect(sealed.outline.routes == desired.peers.values.reduce(into: []) { $0.formUnion($1.routes) })
            #expect(sealed.outline.addresses == desired.addresses && sealed.outline.mtu == desired.mtu)
            there.insert(network.id)
        }
        return there
    }

    /// Catches a seal that opens over another device, for another network, or for another program.
    @Test func aSealIsGoodForItsDeviceAlone() async throws {
        let store = try StateStore.inMemory()
        let one = try await store.createNetwork(networkDraft("one"))
        let two = try await store.createNetwork(networkDraft("two", subnet: "10.9.0.0/24"))
        let peer = try await store.createPeer(in: one.id, peerDraft("a")).peer
        #expect(try await store.sealedInterface(one.id) == nil, "nothing was sealed yet")
        try await Self.sealed(store)
        #expect(try await Self.expectTrueSeals(store, "fresh") == [one.id, two.id])
        #expect(try await store.versionedInterface(one.id)?.isSealed == true)
        let sealed = try #require(try await store.sealedInterface(one.id))
        let other = try #require(try await store.sealedInterface(two.id))
        var desired = try #require(try await store.desiredInterface(one.id))
        #expect(!store.isInStep(desired.imprint, with: sealed, program: "2"))
        let moved = SealedInterface(networkID: one.id, outline: sealed.outline, seal: other.seal)
        #expect(!store.isInStep(desired.imprint, with: moved, program: "1"))
        let elsewhere = SealedInterface(networkID: two.id, outline: sealed.outline, seal: sealed.seal)
        #expect(!store.isInStep(desired.imprint, with: elsewhere, program: "1"))
        desired.peers[peer.publicKey]?.presharedKey = .generate()
        #expect(!store.isInStep(desired.imprint, with: sealed, program: "1"))
        for garbage in [Data(), Data([1]), Data(repeating: 1, count: 29), Data([2]) + sealed.seal.dropFirst()] {
            let damaged = SealedInterface(networkID: one.id, outline: sealed.outline, seal: garbage)
            #expect(!store.isInStep(desired.imprint, with: damaged, program: "1"))
        }
    }

    /// Catches a change, or an undo of one, after which an old seal is still there.
    @Test(arguments: PendingChangeTests.changes.indices)
    func noSealOutlivesAChangeOrItsUndo(index: Int) async throws {
        let (name, networks, make) = PendingChangeTests.changes[index]
        let store = try StateStore.inMemory()
        _ = try await PendingChangeTests.hub(store)
        try await Self.sealed(store)
        let all = Set(try await store.networks().map(\.id))
        #expect(try await Self.expectTrueSeals(store, name) == all)
        try await make(store)
        #expect(try await Self.expectTrueSeals(store, name).isDisjoint(with: networks), "\(name)")
        for network in try await store.networks() where network.settings.enabled {
            let desired = try #require(try await store.versionedInterface(network.id))
            try await store.sealDevice(of: network.id, desired, program: "1")
        }
        _ = try await Self.expectTrueSeals(store, "\(name), sealed anew")
        try await store.undoPendingChange()
        #expect(try await Self.expectTrueSeals(store, "the undo of: \(name)").isDisjoint(with: networks), "\(name)")
        try await Self.sealed(store)
        #expect(try await Self.expectTrueSeals(store, "\(name), after its undo") == all)
    }

    /// Catches a table or a kind of writing that leaves the seal: also of one that no use case has yet.
    @Test(arguments: [
        "UPDATE network SET listenPort = 9 WHERE id = 1",
        "UPDATE networkSecret SET privateKey = zeroblob(61) WHERE networkID = 1",
        "DELETE FROM networkSecret WHERE networkID = 1",
        "INSERT OR REPLACE INTO networkSecret VALUES (1, zeroblob(61))",
        """
        INSERT INTO peer (networkID, name, hostNumber, publicKey, email, role, persistentKeepalive, hubKeepalive, \
        extraCIDRs, notes, tags, enabled, createdAt, updatedAt) \
        VALUES (1, 'x', 9, randomblob(32), '', 'client', 0, 0, '[]', '', '[]', 1, 0, 0)
        """,
        "UPDATE peer SET hubKeepalive = 9 WHERE id = 1",
        "UPDATE peer SET enabled = 0 WHERE id = 1",
        "UPDATE peer SET networkID = 2, hostNumber = 98 WHERE id = 1",
        "UPDATE peer SET networkID = 1, hostNumber = 99 WHERE id = 2",
        "DELETE FROM peer WHERE id = 1",
        "UPDATE peerSecret SET presharedKey = zeroblob(61) WHERE peerID = 1",
        "DELETE FROM peerSecret WHERE peerID = 1",
        "INSERT OR REPLACE INTO peerSecret VALUES (1, NULL, zeroblob(61))",
        "INSERT INTO siteNetwork VALUES (1, 5, 4, x'C0A80700', 24)",
        "UPDATE siteNetwork SET prefixLength = 25 WHERE peerID = 1",
        "UPDATE siteNetwork SET peerID = 2 WHERE peerID = 1",
        "DELETE FROM siteNetwork WHERE peerID = 1",
    ])
    func noSealOutlivesAWriteToItsRows(sql: String) async throws {
        let store = try StateStore.inMemory()
        let one = try await store.createNetwork(networkDraft("one", mode: .siteToSite))
        let two = try await store.createNetwork(networkDraft("two", mode: .siteToSite, subnet: "10.9.0.0/24"))
        _ = try await store.createPeer(in: one.id, peerDraft("a", sites: ["192.168.1.0/24"]))
        _ = try await store.createPeer(in: two.id, peerDraft("b", sites: ["192.168.2.0/24"]))
        try await Self.sealed(store)
        try await store.sql(sql)
        #expect(try await store.sealedInterface(one.id) == nil)
    }

    /// Catches a seal of rows that were changed while it was made.
    @Test func aSealOfWhatWasMeanwhileChangedIsNotStored() async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft())
        let old = try #require(try await store.versionedInterface(network.id))
        let peer = try await store.createPeer(in: network.id, peerDraft("a")).peer
        try await store.sealDevice(of: network.id, old, program: "1")
        #expect(try await store.sealedInterface(network.id) == nil)
        // There and back again: the rows are as they were, but nobody can know.
        _ = try await store.deletePeer(in: network.id, peer.id)
        try await store.sealDevice(of: network.id, old, program: "1")
        #expect(try await store.sealedInterface(network.id) == nil)
    }

    /// Catches a seal that tells something: it must not be the same for the same device.
    @Test func twoSealsOfTheSameDeviceDiffer() async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft())
        let desired = try #require(try await store.versionedInterface(network.id))
        var seals: Set<Data> = []
        for _ in 0..<4 {
            try await store.sealDevice(of: network.id, desired, program: "1")
            seals.insert(try #require(try await store.sealedInterface(network.id)).seal)
        }
        #expect(seals.count == 4)
    }

    /// Catches an interface that is told in parts and is another one then.
    @Test(arguments: [0, 1, 499, 500, 501, 1250]) func thePartsAreTheWhole(count: Int) async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft(subnet: "10.0.0.0/16"))
        var generator = SeededGenerator(seed: 5)
        var drafts: [PeerDraft] = []
        for number in 0..<count { drafts.append(try quickDraft("peer \(number)", &generator)) }
        if !drafts.isEmpty { _ = try await store.createPeers(in: network.id, drafts) }
        let (parts, feed) = AsyncStream.makeStream(of: DesiredInterface.self)
        let whole = try #require(try await store.versionedInterface(network.id) { feed.yield($0) }).interface
        feed.finish()
        var peers: [PublicKey: DesiredPeer] = [:]
        var told = 0
        for await part in parts {
            #expect(part.name == whole.name && part.privateKey == whole.privateKey)
            #expect(!part.peers.isEmpty || count == 0)
            peers.merge(part.peers) { first, _ in first }
            told += part.peers.count
        }
        #expect(told == count && peers == whole.peers && peers.count == count)
    }
}
