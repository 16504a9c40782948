import GRDB
import Testing
import WGPilotCore

@testable import WGPilotStore

/// What the hub notes about peers by itself.
@Suite struct PeerNotesTests {
    private static let host = try? EndpointHost("vpn.example.org")

    /// Catches a change of the configuration that is not noticed, and one that is noticed though nothing changed for the
    /// client.
    @Test func aConfigurationIsStaleWhenTheClientWouldGetAnother() async throws {
        let host = try #require(Self.host)
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft(tunnel: .split))
        let peer = try await store.createPeer(in: network.id, peerDraft("a")).peer
        let other = try await store.createPeer(in: network.id, peerDraft("never")).peer
        func isStale(_ host: EndpointHost = host) async throws -> Bool? {
            try await store.isConfigurationStale(ofPeer: peer.id, in: network.id, defaultEndpointHost: host)
        }
        func fetch() async throws {
            let rendered = try await store.configuration(
                ofPeer: peer.id, in: network.id, defaultEndpointHost: host)
            try await store.noteFetched(rendered)
        }
        #expect(try await isStale() == nil, "it was never fetched")
        try await fetch()
        #expect(try await isStale() == false)
        #expect(try await store.peer(in: network.id, peer.id).configurationFetchedAt != nil)
        #expect(try await isStale(EndpointHost("other.example.org")) == true)
        let harmless: [@Sendable (inout PeerEdit) -> Void] = [
            { $0.settings.notes = "n" }, { $0.settings.tags = ["t"] }, { $0.settings.hubKeepalive = 7 },
            { $0.keys = .forgetPrivateKey },
        ]
        for change in harmless {
            _ = try await store.updatePeer(in: network.id, peer.id, change)
            #expect(try await isStale() == false)
        }
        _ = try await store.updatePeer(in: network.id, peer.id) { edit in
            if let name = try? DisplayName("renamed") { edit.settings.name = name }
        }
        #expect(try await isStale() == false, "a name is only in the comment")
        let block = try prefix("10.8.0.64/26")
        let changes: [@Sendable (inout PeerEdit) -> Void] = [
            { $0.settings.persistentKeepalive = 7 }, { $0.settings.mtu = 1300 }, { $0.settings.dnsServers = [] },
            { $0.presharedKey = .generate }, { $0.settings.excludedCIDRs = [block] }, { $0.keys = .generate },
        ]
        for (index, change) in changes.enumerated() {
            _ = try await store.updatePeer(in: network.id, peer.id, change)
            // Of no name servers there is none before and none after.
            #expect(try await isStale() == (index != 2), "\(index)")
            try await fetch()
            #expect(try await isStale() == false, "\(index)")
        }
        _ = try await store.updateNetwork(network.id) { $0.listenPort = 4500 }
        #expect(try await isStale() == true)
        let stale = try await store.peers(in: network.id, PeerQuery(staleWithHost: host)).peers
        #expect(stale.map(\.id) == [peer.id])
        try await fetch()
        #expect(try await store.peers(in: network.id, PeerQuery(staleWithHost: host)).peers.isEmpty)
        #expect(try await store.peer(in: network.id, other.id).configurationFetchedAt == nil)
        _ = try await store.deletePeer(in: network.id, peer.id)
        #expect(try await store.rows("SELECT count(*) FROM fetchedConfiguration") == ["0"])
    }

    /// Catches a page of stale peers that ends early, repeats one, or promises more than there is.
    @Test func stalePeersAreListedPageByPage() async throws {
        let host = try #require(Self.host)
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft())
        for index in 0..<9 {
            let peer = try await store.createPeer(in: network.id, peerDraft("p\(index)")).peer
            let rendered = try await store.configuration(
                ofPeer: peer.id, in: network.id, defaultEndpointHost: host)
            try await store.noteFetched(rendered)
            if index.isMultiple(of: 2) {
                _ = try await store.updatePeer(in: network.id, peer.id) { $0.settings.mtu = 1300 }
            }
        }
        var names: [String] = []
        var sizes: [Int] = []
        var query = PeerQuery(limit: 2, staleWithHost: host)
        repeat {
            let page = try await store.peers(in: network.id, query)
            names += page.peers.map(\.settings.name.description)
            sizes.append(page.peers.count)
            query.cursor = page.nextCursor
        } while query.cursor != nil
        #expect(names == ["p0", "p2", "p4", "p6", "p8"] && sizes == [2, 2, 1])
    }

    /// Catches a digest that anybody could try keys on, or that is the same on every hub.
    @Test func theDigestNeedsTheMasterKey() async throws {
        let host = try #require(Self.host)
        let (one, two) = (ConfigurationKey(.generate()), ConfigurationKey(.generate()))
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft())
        let peer = try await store.createPeer(in: network.id, peerDraft("a")).peer
        let rendered = try await store.configuration(ofPeer: peer.id, in: network.id, defaultEndpointHost: host)
        let digest = one.digest(rendered.configuration, peer.publicKey)
        #expect(digest == one.digest(rendered.configuration, peer.publicKey) && digest.count == 32)
        #expect(digest != two.digest(rendered.configuration, peer.publicKey))
        #expect("\(one)" == "<configuration key>" && Mirror(reflecting: one).children.isEmpty)
    }

    /// Catches a sighting that is lost, goes back in time, or is written though it is no news; and a note that reaches the
    /// audit log or moves the time of change.
    @Test func sightingsAreKeptAndOnlyNewsIsWritten() async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft())
        let peers = try await store.createPeers(in: network.id, [peerDraft("a"), peerDraft("b")]).map(\.peer)
        func note(_ handshake: Int64?, _ endpoint: String?) async throws {
            let status = PeerStatus(endpoint: try endpoint.map { try SocketEndpoint($0) }, latestHandshake: handshake)
            try await store.noteSightings(on: network.interface, [peers[0].publicKey: status])
        }
        try await note(nil, "192.0.2.1:1")
        #expect(try await store.peer(in: network.id, peers[0].id).sighting == nil)
        try await note(100, "192.0.2.1:1")
        let seen = PeerSighting(handshakeAt: 100, endpoint: "192.0.2.1:1")
        #expect(try await store.peer(in: network.id, peers[0].id).sighting == seen)
        #expect(try await store.peer(in: network.id, peers[1].id).sighting == nil)
        let log = StatementLog()
        try await store.writer.writeWithoutTransaction { db in db.trace { log.append("\($0)") } }
        try await note(100, "192.0.2.9:9")
        try await note(99, "192.0.2.9:9")
        try await store.writer.writeWithoutTransaction { db in db.trace(options: []) }
        #expect(!log.all.contains { $0.hasPrefix("INSERT") }, "\(log.all)")
        #expect(try await store.peer(in: network.id, peers[0].id).sighting == seen)
        try await note(101, nil)
        #expect(try await store.rows("SELECT * FROM peerSighting") == ["1|101|NULL"])
        #expect(try await store.peer(in: network.id, peers[0].id).updatedAt == peers[0].updatedAt)
        // They come back with a peer whose deletion is undone.
        _ = try await store.deletePeer(
            in: network.id, peers[0].id, options: WriteOptions(confirmWithin: .seconds(60)))
        #expect(try await store.rows("SELECT * FROM peerSighting") == [])
        try await store.undoPendingChange()
        #expect(try await store.rows("SELECT * FROM peerSighting") == ["1|101|NULL"])
    }
}
