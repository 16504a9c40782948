import Testing
import WGPilotCore

@testable import WGPilotStore

@Suite struct NetworkTests {
    /// Catches a column that is mixed up or dropped on the way to the database and back.
    @Test func everyFieldComesBack() async throws {
        let clock = TestClock()
        let store = try StateStore.inMemory(now: clock.clock)
        var draft = try networkDraft("Büro 🏢", subnet: "10.8.0.0/22", subnet6: "fd12:3456::/64", listenPort: 4500)
        draft.settings.dnsServers = [try address("10.8.0.1"), try address("2001:db8::1")]
        draft.settings.searchDomains = ["example.org", "lan"]
        draft.settings.mtu = 1380
        draft.settings.endpointHost = try EndpointHost("vpn.example.org")
        draft.settings.tunnel = .split
        draft.settings.customCIDRs = [try prefix("172.16.0.0/12"), try prefix("2001:db8::/32")]
        draft.settings.enabled = false
        let key = PrivateKey.generate()
        draft.privateKey = key
        let network = try await store.createNetwork(draft)
        var expected = draft.settings
        expected.listenPort = 4500
        #expect(network.settings == expected)
        #expect(network.publicKey == key.publicKey)
        #expect(network.createdAt == clock.now)
        #expect(try await store.network(network.id) == network)
        #expect(try await store.networks() == [network])
        #expect(try await store.desiredInterface(network.id) == nil, "it is switched off")
        _ = try await store.setNetworkEnabled(network.id, true)
        let desired = try #require(try await store.desiredInterface(network.id))
        #expect(desired.privateKey == key)
        #expect(desired.listenPort == 4500)
        #expect(desired.mtu == 1380)
        #expect(desired.addresses.map(\.description) == ["10.8.0.1/22", "fd12:3456::1/64"])
    }

    /// Catches a number or name that is taken from another network or from the machine.
    @Test func interfaceAndPortAreTheLowestFree() async throws {
        let store = try StateStore.inMemory()
        let first = try await store.createNetwork(
            networkDraft("a", subnet: "10.1.0.0/24"), takenInterfaces: [InterfaceName("wg0")])
        #expect(first.interface.description == "wg1")
        #expect(first.settings.listenPort == 51820)
        let second = try await store.createNetwork(networkDraft("b", subnet: "10.2.0.0/24"))
        #expect(second.interface.description == "wg0")
        #expect(second.settings.listenPort == 51821)
        _ = try await store.deleteNetwork(first.id)
        let third = try await store.createNetwork(networkDraft("c", subnet: "10.3.0.0/24"))
        #expect(third.interface.description == "wg2", "wg1 may still be in the kernel")
        #expect(third.settings.listenPort == 51820)
        try await store.confirmRetired(first.interface)
        let fourth = try await store.createNetwork(networkDraft("d", subnet: "10.4.0.0/24"))
        #expect(fourth.interface.description == "wg1")
    }

    /// Catches an interface that nobody removes after its network is gone, or one that is removed though it is in use.
    @Test func interfacesStayOwnedUntilTheyAreConfirmedGone() async throws {
        let store = try StateStore.inMemory()
        let a = try await store.createNetwork(networkDraft("a", subnet: "10.1.0.0/24"))
        var draft = try networkDraft("b", subnet: "10.2.0.0/24")
        draft.settings.enabled = false
        let b = try await store.createNetwork(draft)
        #expect(try await store.ownedInterfaces() == [a.interface], "b never was in the kernel")
        _ = try await store.setNetworkEnabled(a.id, false)
        #expect(try await store.ownedInterfaces() == [a.interface])
        #expect(try await store.retiredInterfaces() == [a.interface])
        _ = try await store.setNetworkEnabled(a.id, true)
        #expect(try await store.retiredInterfaces() == [])
        _ = try await store.setNetworkEnabled(a.id, false)
        try await store.confirmRetired(a.interface)
        #expect(try await store.ownedInterfaces() == [])
        _ = try await store.setNetworkEnabled(b.id, true)
        _ = try await store.deleteNetwork(b.id)
        #expect(try await store.ownedInterfaces() == [b.interface])
        for id in [a.id, b.id] { #expect(try await store.desiredInterface(id) == nil) }
    }

    /// Catches two networks that share what only one can have; the message must name the other.
    @Test func whatAnotherNetworkHasIsRefusedByName() async throws {
        let store = try StateStore.inMemory()
        _ = try await store.createNetwork(
            networkDraft("office", subnet: "10.8.0.0/24", subnet6: "fd00:8::/64", listenPort: 4000))
        let both = try await storeError {
            try await store.createNetwork(networkDraft("office", subnet: "10.9.0.0/24", listenPort: 4000))
        }
        #expect(both.code == .alreadyExists)
        #expect(both.violations.map(\.field) == ["name", "listen_port"])
        #expect(both.message.contains("the network \"office\" listens on port 4000"))
        for subnet in ["10.8.0.0/24", "10.8.0.0/16", "10.8.0.128/25"] {
            let error = try await storeError { try await store.createNetwork(networkDraft("b", subnet: subnet)) }
            #expect(error.code == .conflict)
            #expect(error.field == "subnet")
            #expect(error.message.contains("\"office\""))
        }
        let six = try await storeError {
            try await store.createNetwork(networkDraft("b", subnet: "10.9.0.0/24", subnet6: "fd00:8::/48"))
        }
        #expect(six.field == "subnet6")
        #expect(try await store.networks().count == 1)
    }

    /// Catches a subnet inside a site, or a site inside a subnet, in whichever order they come.
    @Test(arguments: ["192.168.0.0/16", "192.168.1.0/24", "192.168.1.64/26"])
    func subnetsAndSitesNeverOverlap(subnet: String) async throws {
        let store = try StateStore.inMemory()
        let sites = try await store.createNetwork(networkDraft("sites", mode: .siteToSite))
        _ = try await store.createPeer(in: sites.id, peerDraft("branch", sites: ["192.168.1.0/24"]))
        let error = try await storeError { try await store.createNetwork(networkDraft("b", subnet: subnet)) }
        #expect(error.code == .conflict)
        #expect(error.message.contains("192.168.1.0/24, which is behind the peer \"branch\" of the network \"sites\""))

        let other = try StateStore.inMemory()
        _ = try await other.createNetwork(networkDraft("b", subnet: subnet))
        let network = try await other.createNetwork(networkDraft("sites", mode: .siteToSite))
        let reverse = try await storeError {
            try await other.createPeer(in: network.id, peerDraft("branch", sites: ["192.168.1.0/24"]))
        }
        #expect(reverse.code == .conflict)
        #expect(reverse.field == "site_networks")
        #expect(reverse.message.contains("the subnet of the network \"b\""))
    }

    /// Catches a first fault that hides the others.
    @Test func allFaultsComeAtOnce() async throws {
        let store = try StateStore.inMemory()
        var draft = try networkDraft(subnet: "10.8.0.0/31", listenPort: 0)
        draft.settings.mtu = 100
        draft.settings.searchDomains = ["not a domain"]
        let error = try await storeError { try await store.createNetwork(draft) }
        #expect(error.code == .invalid)
        #expect(Set(error.violations.map(\.field)) == ["subnet", "listen_port", "mtu", "search_domains"])
    }

    /// Catches a reference by number that shadows a name.
    @Test func namesComeBeforeNumbers() async throws {
        let store = try StateStore.inMemory()
        let a = try await store.createNetwork(networkDraft("2", subnet: "10.1.0.0/24"))
        let b = try await store.createNetwork(networkDraft("x", subnet: "10.2.0.0/24"))
        #expect(try await store.network(named: "2") == a)
        #expect(try await store.network(named: "1") == a)
        #expect(try await store.network(named: "x") == b)
        for reference in ["", "3", "-1", "+1", "X", "99999999999999999999", "1 OR 1=1", "\u{1B}[2J"] {
            let error = try await storeError { try await store.network(named: reference) }
            #expect(error.code == .notFound)
            #expect(!error.message.contains("\u{1B}"))
        }
    }

    /// Catches addresses that change under peers, and settings that peers cannot live with.
    @Test func peersStandInTheWayOfWhatWouldBreakThem() async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft("n", mode: .siteToSite))
        let moved = try await store.updateNetwork(network.id) { $0.subnet = IPPrefix(masking: .tenNine, length: 24) }
        #expect(moved.after.settings.subnet.description == "10.9.0.0/24")
        let peer = try await store.createPeer(in: network.id, peerDraft("branch", sites: ["192.168.1.0/24"])).peer
        let subnet = try await storeError {
            try await store.updateNetwork(network.id) { $0.subnet = IPPrefix(masking: .tenNine, length: 16) }
        }
        #expect(subnet.code == .failedPrecondition)
        #expect(subnet.field == "subnet")
        let mode = try await storeError { try await store.updateNetwork(network.id) { $0.mode = .gateway } }
        #expect(mode.code == .failedPrecondition)
        #expect(mode.field == "mode")
        #expect(mode.message.contains("\"branch\""))
        let block = try prefix("fd00::/64")
        #expect(try await store.updateNetwork(network.id) { $0.subnet6 = block }.after.settings.subnet6 == block)
        let less = try await storeError { try await store.updateNetwork(network.id) { $0.subnet6 = nil } }
        #expect(less.field == "subnet6")
        _ = try await store.deletePeer(in: network.id, peer.id)
        #expect(try await store.updateNetwork(network.id) { $0.mode = .gateway }.after.settings.mode == .gateway)
        try await store.expectSound()
    }

    /// Catches a lost update: two editors who read the same state.
    @Test func aChangeOfSomethingOlderIsRefused() async throws {
        let clock = TestClock()
        let store = try StateStore.inMemory(now: clock.clock)
        let network = try await store.createNetwork(networkDraft())
        let first = try await store.updateNetwork(network.id, expectedUpdatedAt: network.updatedAt) { $0.mtu = 1400 }
        #expect(first.after.updatedAt > network.updatedAt, "even within the same second")
        let error = try await storeError {
            try await store.updateNetwork(network.id, expectedUpdatedAt: network.updatedAt) { $0.mtu = 1300 }
        }
        #expect(error.code == .stale)
        let deletion = try await storeError {
            try await store.deleteNetwork(network.id, expectedUpdatedAt: network.updatedAt)
        }
        #expect(deletion.code == .stale)
        #expect(try await store.network(network.id) == first.after)
        clock.now += 100
        let same = try await store.updateNetwork(network.id) { $0.mtu = 1400 }
        #expect(same.before == same.after, "nothing changed, so the time of change stays")
        #expect(try await store.updateNetwork(network.id) { $0.mtu = nil }.after.updatedAt == clock.now)
        let renamed = try await store.updateNetwork(network.id) { $0.listenPort = 4444 }
        #expect(renamed.after.interface == network.interface)
        #expect(renamed.after.publicKey == network.publicKey)
    }

    /// Catches a dry run that leaves a trace, a used-up number among them.
    @Test func aDryRunKeepsNothing() async throws {
        let store = try StateStore.inMemory()
        let first = try await store.createNetwork(networkDraft(), options: WriteOptions(dryRun: Rehearsal()))
        #expect(first.interface.description == "wg0")
        #expect(try await store.networks() == [])
        let network = try await store.createNetwork(networkDraft())
        #expect(network.id == 1)
        let dry = WriteOptions(dryRun: Rehearsal())
        let draft = try peerDraft("a")
        #expect(try await store.createPeer(in: 1, draft, options: dry).peer.hostNumber == 2)
        #expect(try await store.updateNetwork(1, options: dry) { $0.mtu = 1400 }.after.settings.mtu == 1400)
        #expect(try await store.deleteNetwork(1, options: dry).network == network)
        #expect(try await store.networks() == [network])
        #expect(try await store.peerCount(in: 1) == 0)
        #expect(try await store.retiredInterfaces() == [])
        #expect(try await store.createPeer(in: 1, draft).peer.id == 1)
    }

    /// Catches calls on what is not there.
    @Test func whatIsNotThereIsNotFound() async throws {
        let store = try StateStore.inMemory()
        #expect(try await storeError { try await store.network(1) }.code == .notFound)
        #expect(try await storeError { try await store.deleteNetwork(1) }.code == .notFound)
        #expect(try await storeError { try await store.updateNetwork(1) { _ in } }.code == .notFound)
        #expect(try await storeError { try await store.createPeer(in: 1, peerDraft("a")) }.code == .notFound)
        #expect(try await storeError { try await store.peers(in: 1) }.code == .notFound)
        #expect(try await store.peerCount(in: 1) == 0)
        #expect(try await storeError { try await store.secrets(ofPeer: 1) }.code == .notFound)
        #expect(try await store.desiredInterface(1) == nil)
    }
}

extension IPAddress {
    fileprivate static let tenNine = IPAddress.v4(IPv4Address(rawValue: 0x0A09_0000))
}
