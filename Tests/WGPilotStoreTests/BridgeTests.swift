import Testing
import WGPilotCore

@testable import WGPilotStore

@Suite struct BridgeTests {
    private static func store() async throws -> StateStore {
        let store = try StateStore.inMemory()
        for (name, subnet) in [("a", "10.1.0.0/24"), ("b", "10.2.0.0/24"), ("c", "10.3.0.0/24")] {
            _ = try await store.createNetwork(networkDraft(name, subnet: subnet))
        }
        return store
    }

    /// Catches a column that is mixed up or dropped on the way to the database and back.
    @Test func everyFieldComesBack() async throws {
        let clock = TestClock()
        let store = try StateStore.inMemory(now: clock.clock)
        _ = try await store.createNetwork(networkDraft("a", subnet: "10.1.0.0/24"))
        _ = try await store.createNetwork(networkDraft("b", subnet: "10.2.0.0/24"))
        var settings = BridgeSettings(networkA: 2, networkB: 1, direction: .bToA)
        settings.allowedCIDRs = [try prefix("10.1.0.0/25"), try prefix("fd00::/64")]
        settings.enabled = false
        let bridge = try await store.createBridge(settings)
        #expect(bridge == Bridge(id: 1, settings: settings, createdAt: clock.now, updatedAt: clock.now))
        #expect(try await store.bridge(1) == bridge)
        #expect(try await store.bridges() == [bridge])
        let edited = try await store.updateBridge(1, expectedUpdatedAt: bridge.updatedAt) {
            $0.direction = .bidirectional
            $0.allowedCIDRs = []
            $0.enabled = true
        }
        #expect(edited.before == bridge)
        #expect(edited.after.settings.direction == .bidirectional && edited.after.settings.enabled)
        #expect(edited.after.updatedAt == bridge.updatedAt + 1, "even within the same second")
        #expect(try await store.bridge(1) == edited.after)
        let same = try await store.updateBridge(1) { _ in }
        #expect(same.before == same.after)
        let stale = try await storeError {
            try await store.updateBridge(1, expectedUpdatedAt: bridge.updatedAt) { $0.enabled = false }
        }
        #expect(stale.code == .stale)
        let old = try await storeError { try await store.deleteBridge(1, expectedUpdatedAt: bridge.updatedAt) }
        #expect(old.code == .stale)
        #expect(try await store.deleteBridge(1, expectedUpdatedAt: edited.after.updatedAt) == edited.after)
        #expect(try await store.bridges() == [])
        for error in [
            try await storeError { try await store.bridge(1) },
            try await storeError { try await store.deleteBridge(1) },
            try await storeError { try await store.updateBridge(1) { _ in } },
        ] {
            #expect(error.code == .notFound && error.message == "there is no bridge 1")
        }
    }

    /// Catches a second bridge between two networks, whose rules would contradict the first one's.
    @Test func twoNetworksHaveOneBridge() async throws {
        let store = try await Self.store()
        _ = try await store.createBridge(BridgeSettings(networkA: 1, networkB: 2, direction: .aToB))
        let other = try await store.createBridge(BridgeSettings(networkA: 3, networkB: 1, direction: .aToB))
        for (a, b): (Int64, Int64) in [(1, 2), (2, 1)] {
            let error = try await storeError {
                try await store.createBridge(BridgeSettings(networkA: a, networkB: b, direction: .bToA))
            }
            #expect(error.code == .alreadyExists && error.field == "network_b")
            #expect(error.message.contains("the bridge 1 joins the two networks already"))
        }
        let moved = try await storeError { try await store.updateBridge(other.id) { $0.networkA = 2 } }
        #expect(moved.code == .alreadyExists)
        #expect(
            try await store.updateBridge(other.id) { ($0.networkA, $0.networkB) = (1, 3) }.after.settings.networkB == 3)
        try await store.expectSound()
    }

    /// Catches a bridge to nowhere or to itself; each end that is missing is named.
    @Test func bothEndsAreThere() async throws {
        let store = try await Self.store()
        let missing = try await storeError {
            try await store.createBridge(BridgeSettings(networkA: 8, networkB: 9, direction: .aToB))
        }
        #expect(missing.code == .notFound)
        #expect(missing.violations.map(\.field) == ["network_a", "network_b"])
        #expect(missing.message.contains("there is no network 9"))
        var settings = BridgeSettings(networkA: 1, networkB: 1, direction: .aToB)
        settings.allowedCIDRs = [try prefix("10.0.0.0/8"), try prefix("10.0.0.0/8")]
        let same = try await storeError { [settings] in try await store.createBridge(settings) }
        #expect(same.code == .invalid)
        #expect(same.violations.map(\.field) == ["network_b", "allowed_cidrs"])
    }

    /// Catches a bridge that outlives one of its networks.
    @Test(arguments: [1, 2] as [Int64])
    func aBridgeGoesWithItsNetwork(network: Int64) async throws {
        let store = try await Self.store()
        _ = try await store.createBridge(BridgeSettings(networkA: 1, networkB: 2, direction: .aToB))
        let kept = try await store.createBridge(BridgeSettings(networkA: 3 - network, networkB: 3, direction: .aToB))
        _ = try await store.deleteNetwork(network)
        #expect(try await store.bridges() == [kept])
        try await store.expectSound()
    }
}
