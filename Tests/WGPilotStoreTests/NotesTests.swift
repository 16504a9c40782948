import Testing
import WGPilotCore

@testable import WGPilotStore

@Suite struct NotesTests {
    private static let (one, two) = (Array(repeating: UInt8(1), count: 32), Array(repeating: UInt8(2), count: 32))

    /// Catches the value of before us being lost when a setting is changed again: it is the one to put back.
    @Test func theFirstValueBeforeIsKept() async throws {
        let clock = TestClock()
        let store = try StateStore.inMemory(now: clock.clock)
        #expect(try await store.changedKernelSettings() == [])
        try await store.noteKernelSetting("net.ipv4.ip_forward", before: "0", set: "1")
        clock.now += 10
        try await store.noteKernelSetting("net.ipv4.ip_forward", before: "1", set: "2")
        try await store.noteKernelSetting("a", before: "", set: "1")
        #expect(
            try await store.changedKernelSettings() == [
                ChangedKernelSetting(key: "a", valueBefore: "", valueSet: "1", changedAt: clock.now),
                ChangedKernelSetting(key: "net.ipv4.ip_forward", valueBefore: "0", valueSet: "2", changedAt: clock.now),
            ])
        try await store.forgetKernelSetting("a")
        #expect(try await store.changedKernelSettings().map(\.key) == ["net.ipv4.ip_forward"])
    }

    /// Catches a second mark, and digests that are mixed up.
    @Test func thereIsOneFirewallMark() async throws {
        let store = try StateStore.inMemory()
        #expect(try await store.firewallMark() == nil)
        for mark in [
            FirewallMark(applied: Self.one, listing: Self.two), FirewallMark(applied: Self.two, listing: Self.one),
        ] {
            try await store.setFirewallMark(mark)
            #expect(try await store.firewallMark() == mark)
        }
        try await store.setFirewallMark(nil)
        #expect(try await store.firewallMark() == nil)
        let error = try await storeError {
            try await store.setFirewallMark(FirewallMark(applied: [], listing: Self.one))
        }
        #expect(error.code == .invalid)
    }

    /// Catches a decision that outlives its network, or that is remembered twice.
    @Test func ignoredDriftIsKeptByItem() async throws {
        let store = try StateStore.inMemory()
        for (name, subnet) in [("a", "10.1.0.0/24"), ("b", "10.2.0.0/24")] {
            _ = try await store.createNetwork(networkDraft(name, subnet: subnet))
        }
        let drifts = [
            IgnoredDrift(networkID: 1, item: "mtu", observed: Self.one),
            IgnoredDrift(networkID: 1, item: "route 10.0.0.0/8", observed: Self.one),
            IgnoredDrift(networkID: 2, item: "mtu", observed: Self.one),
        ]
        for drift in drifts.reversed() { try await store.ignoreDrift(drift) }
        #expect(try await store.ignoredDrift() == drifts)
        let newer = IgnoredDrift(networkID: 1, item: "mtu", observed: Self.two)
        try await store.ignoreDrift(newer)
        #expect(try await store.ignoredDrift(in: 1) == [newer, drifts[1]])
        try await store.removeIgnoredDrift(in: 1, item: "mtu")
        try await store.removeIgnoredDrift(in: 1, item: "nothing")
        #expect(try await store.ignoredDrift(in: 1) == [drifts[1]])
        try await store.removeIgnoredDrift(in: 1)
        #expect(try await store.ignoredDrift() == [drifts[2]])
        _ = try await store.deleteNetwork(2)
        #expect(try await store.ignoredDrift() == [])
        let error = try await storeError { try await store.ignoreDrift(newer.moved(to: 9)) }
        #expect(error.code == .notFound)
    }
}

extension IgnoredDrift {
    fileprivate func moved(to networkID: Int64) -> IgnoredDrift {
        IgnoredDrift(networkID: networkID, item: item, observed: observed)
    }
}
