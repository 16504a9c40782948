import Testing
import WGPilotCore

@testable import WGPilotStore

@Suite struct RehearsalTests {
    /// Catches a dry run whose answer is not what the same call then does, or that leaves a trace.
    @Test func aDryRunTellsWhatTheCallWillDo() async throws {
        let store = try StateStore.inMemory()
        _ = try await store.createNetwork(networkDraft("office"))
        _ = try await store.createNetwork(networkDraft("sites", mode: .siteToSite, subnet: "10.9.0.0/24"))
        _ = try await store.createPeer(in: 1, peerDraft("a"))
        let calls: [@Sendable (WriteOptions) async throws -> Void] = [
            { options in
                _ = try await store.createPeer(in: 2, peerDraft("s", sites: ["192.168.1.0/24"]), options: options)
            },
            { _ = try await store.updatePeer(in: 1, 1, options: $0) { $0.address = try? address("10.8.0.9") } },
            { _ = try await store.setPeerEnabled(in: 2, 2, false, options: $0) },
            { _ = try await store.createPeers(in: 1, [peerDraft("x"), peerDraft("y")], options: $0) },
            {
                _ = try await store.createBridge(
                    BridgeSettings(networkA: 1, networkB: 2, direction: .aToB), options: $0)
            },
            { _ = try await store.updateBridge(1, options: $0) { $0.direction = .bToA } },
            { _ = try await store.createRule(AccessRuleSettings(owner: .network(1), action: .deny), options: $0) },
            { _ = try await store.updateRule(1, options: $0) { $0.action = .allow } },
            { _ = try await store.deleteRule(1, options: $0) },
            { _ = try await store.deleteBridge(1, options: $0) },
            { _ = try await store.deletePeer(in: 1, 1, options: $0) },
            { _ = try await store.updateNetwork(1, options: $0) { $0.mtu = 1400 } },
            { _ = try await store.setNetworkEnabled(1, false, options: $0) },
            { _ = try await store.setNetworkEnabled(1, true, options: $0) },
            { _ = try await store.deleteNetwork(2, options: $0) },
        ]
        for (index, call) in calls.enumerated() {
            let before = try await store.dump()
            let present = try await store.hubState()
            let rehearsal = Rehearsal()
            #expect(rehearsal.outcome == nil)
            try await call(WriteOptions(dryRun: rehearsal))
            #expect(try await store.dump() == before, "\(index)")
            let outcome = try #require(rehearsal.outcome)
            #expect(Self.text(outcome.before) == Self.text(present), "\(index)")
            try await call(WriteOptions())
            #expect(Self.text(outcome.after) == Self.text(try await store.hubState()), "\(index)")
            #expect(Self.text(outcome.after) != Self.text(outcome.before), "\(index)")
        }
    }

    /// All of a state but keys that are made anew at each call.
    private static func text(_ state: HubState) -> [String] {
        state.interfaces.sorted { $0.key < $1.key }.map { id, interface in
            let peers = interface.peers.values.map { "\($0.allowedIPs.sorted()) \($0.routes.sorted())" }.sorted()
            return "\(id) \(interface.name) \(interface.mtu ?? 0) \(interface.addresses) \(peers)"
        } + state.retired.map(\.description).sorted() + ["\(state.firewall)"]
    }

    /// Catches a dry run that reads ten thousand peers of networks that it cannot touch, or misses the network it makes.
    @Test func onlyTheNetworksAskedForAreRead() async throws {
        let store = try StateStore.inMemory()
        for (name, subnet) in [("a", "10.1.0.0/24"), ("b", "10.2.0.0/24")] {
            _ = try await store.createNetwork(networkDraft(name, subnet: subnet))
        }
        let one = Rehearsal(networks: [2])
        _ = try await store.updateNetwork(2, options: WriteOptions(dryRun: one)) { $0.mtu = 1400 }
        #expect(one.outcome?.before.interfaces.keys.sorted() == [2])
        #expect(one.outcome?.after.interfaces.keys.sorted() == [2])
        #expect(one.outcome?.after.firewall.networks.count == 2, "the firewall is always whole")
        let new = Rehearsal(networks: [])
        let network = try await store.importNetwork(
            networkDraft("c", subnet: "10.3.0.0/24"), peers: [peerDraft("p")], options: WriteOptions(dryRun: new)
        ).network
        #expect(new.outcome?.before.interfaces.isEmpty == true)
        #expect(new.outcome?.after.interfaces.keys.sorted() == [network.id])
        #expect(new.outcome?.after.interfaces[network.id]?.peers.count == 1)
        #expect(try await store.networks().count == 2)
        #expect(try await store.hubState(networks: [1]).interfaces.keys.sorted() == [1])
        let failed = Rehearsal()
        _ = try await storeError {
            try await store.createNetwork(networkDraft("a"), options: WriteOptions(dryRun: failed))
        }
        #expect(failed.outcome == nil)
    }
}
