import Testing
import WGPilotCore
import WGPilotTestSupport

@testable import WGPilotStore

@Suite struct ImportTests {
    /// Catches an import that makes something of its own in the place of what was there: keys, addresses, interface.
    @Test func whatWasThereStays() async throws {
        let store = try StateStore.inMemory()
        let (hub, first, shared) = (PrivateKey.generate(), PrivateKey.generate(), PresharedKey.generate())
        let second = PrivateKey.generate().publicKey
        var draft = try networkDraft("old", mode: .hubRouted, subnet: "10.66.66.0/24", listenPort: 51999)
        draft.settings.hubNumber = 254
        draft.privateKey = hub
        draft.interface = try InterfaceName("wg-old")
        var a = try peerDraft("a")
        a.keys = .privateKey(first)
        a.presharedKey = .given(shared)
        a.address = try address("10.66.66.1")
        var b = try peerDraft("b")
        b.keys = .publicKey(second)
        b.presharedKey = .none
        let (network, peers) = try await store.importNetwork(draft, peers: [a, b])
        #expect(network.interface.description == "wg-old" && network.settings.hubNumber == 254)
        #expect(network.hubAddresses.map(\.description) == ["10.66.66.254/24"])
        #expect(peers.map(\.peer.hostNumber) == [1, 2])
        let desired = try #require(try await store.desiredInterface(network.id))
        #expect(desired.privateKey == hub && desired.listenPort == 51999)
        #expect(Set(desired.peers.keys) == [first.publicKey, second])
        #expect(desired.peers[first.publicKey]?.presharedKey == shared)
        #expect(desired.peers[second]?.presharedKey == nil)
        #expect(try await store.secrets(ofPeer: peers[1].peer.id) == PeerSecrets())
        try await store.expectSound()
    }

    /// Catches half an import, and an error that does not tell which peer it was.
    @Test func allOrNothing() async throws {
        let store = try StateStore.inMemory()
        let error = try await storeError {
            try await store.importNetwork(networkDraft(), peers: [peerDraft("a"), peerDraft("b"), peerDraft("a")])
        }
        #expect(error.code == .alreadyExists && error.itemIndex == 2 && error.field == "name")
        #expect(try await store.networks() == [])
        let network = try await storeError {
            try await store.importNetwork(networkDraft(subnet: "10.8.0.0/31"), peers: [peerDraft("a")])
        }
        #expect(network.itemIndex == nil && network.field == "subnet")
    }

    /// Catches two networks on one interface, and an interface that is deleted though a network was put on it.
    @Test func anInterfaceHasOneNetwork() async throws {
        let store = try StateStore.inMemory()
        let first = try await store.createNetwork(networkDraft("a", subnet: "10.1.0.0/24"))
        var draft = try networkDraft("b", subnet: "10.2.0.0/24")
        draft.interface = first.interface
        let error = try await storeError { [draft] in try await store.createNetwork(draft) }
        #expect(error.code == .alreadyExists && error.field == "interface")
        #expect(error.message.contains("the network \"a\" has the interface wg0"))
        _ = try await store.deleteNetwork(first.id)
        #expect(try await store.retiredInterfaces() == [first.interface])
        let second = try await store.createNetwork(draft, takenInterfaces: [first.interface])
        #expect(second.interface == first.interface)
        #expect(try await store.retiredInterfaces() == [])
    }

    /// Catches the hub's address being handed out, or its former one being lost, when it is not the first.
    @Test func theHubMayHaveAnyNumber() async throws {
        let store = try StateStore.inMemory()
        var draft = try networkDraft(subnet: "10.8.0.0/29")
        draft.settings.hubNumber = 3
        _ = try await store.createNetwork(draft)
        for number: Int64 in [1, 2, 4] {
            #expect(try await store.createPeer(in: 1, peerDraft("p\(number)")).peer.hostNumber == number)
        }
        let taken = try await storeError { try await store.updateNetwork(1) { $0.hubNumber = 2 } }
        #expect(taken.code == .failedPrecondition && taken.field == "hub_address")
        #expect(taken.message.contains("the peer \"p2\" has this address"))
        for number: Int64 in [0, 7, 8, -1] {
            let error = try await storeError { try await store.updateNetwork(1) { $0.hubNumber = number } }
            #expect(error.code == .invalid && error.field == "hub_address")
        }
        #expect(try await store.updateNetwork(1) { $0.hubNumber = 6 }.after.settings.hubNumber == 6)
        for number: Int64 in [3, 5] {
            #expect(try await store.createPeer(in: 1, peerDraft("p\(number)")).peer.hostNumber == number)
        }
        let full = try await storeError { try await store.createPeer(in: 1, peerDraft("more")) }
        #expect(full.code == .exhausted && full.message.contains("all 5 peers"))
        var onHub = try peerDraft("hub")
        onHub.address = try address("10.8.0.6")
        let refused = try await storeError { [onHub] in try await store.createPeer(in: 1, onHub) }
        #expect(refused.field == "address")
        #expect(
            try await store.desiredInterface(1)?.addresses.map(\.description) == ["10.8.0.6/29"])
        try await store.expectSound()
    }

    /// Catches a site that would take the hub's or a peer's own address out of the tunnel, or everything with it.
    @Test(arguments: [
        ("10.8.0.1/32", "overlaps the network's own subnet"), ("10.8.0.2/32", "overlaps the network's own subnet"),
        ("10.9.0.1/32", "overlaps 10.9.0.0/24, the subnet of the network \"other\""),
        ("10.9.0.7/32", "overlaps 10.9.0.0/24, the subnet of the network \"other\""),
        ("0.0.0.0/0", "too wide for a site"), ("::/0", "too wide for a site"),
    ])
    func aSiteThatHoldsTheHubAPeerOrEverythingIsRefused(block: String, message: String) async throws {
        let store = try StateStore.inMemory()
        _ = try await store.createNetwork(networkDraft("sites", mode: .siteToSite))
        _ = try await store.createNetwork(networkDraft("other", subnet: "10.9.0.0/24"))
        _ = try await store.createPeer(in: 1, peerDraft("a"))
        let error = try await storeError { try await store.createPeer(in: 1, peerDraft("s", sites: [block])) }
        #expect(error.field == "site_networks" && error.message.contains(message), "\(error)")
    }
}
