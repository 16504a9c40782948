import FoundationEssentials
import GRDB
import Testing
import WGPilotCore
import WGPilotTestSupport

@testable import WGPilotStore

@Suite struct PendingChangeTests {
    private static let untilConfirmed = WriteOptions(confirmWithin: .seconds(60))

    /// A hub with something of everything.
    static func hub(_ store: StateStore) async throws -> (office: Network, sites: Network) {
        let office = try await store.createNetwork(networkDraft("office", subnet6: "fd00::/64"))
        let sites = try await store.createNetwork(networkDraft("sites", mode: .siteToSite, subnet: "10.9.0.0/24"))
        _ = try await store.createNetwork(networkDraft("lab", subnet: "10.7.0.0/24"))
        var tagged = try peerDraft("b")
        tagged.settings.tags = ["staff"]
        _ = try await store.createPeers(in: office.id, [peerDraft("a"), tagged])
        _ = try await store.createPeers(
            in: sites.id,
            [
                peerDraft("north", sites: ["192.168.1.0/24", "192.168.2.0/24"]),
                peerDraft("south", sites: ["172.16.0.0/16"]),
            ])
        var bridge = BridgeSettings(networkA: office.id, networkB: sites.id, direction: .aToB)
        bridge.allowedCIDRs = [try prefix("192.168.1.0/24")]
        _ = try await store.createBridge(bridge)
        for destination: AccessDestination in [.peer(3), .site(4), .tag("staff"), .block(try prefix("10.0.0.0/8"))] {
            _ = try await store.createRule(
                AccessRuleSettings(owner: .network(office.id), action: .deny, destination: destination))
            _ = try await store.createRule(
                AccessRuleSettings(owner: .peer(3), action: .allow, destination: destination))
        }
        try await store.ignoreDrift(
            IgnoredDrift(networkID: sites.id, item: "mtu", observed: Array(repeating: 7, count: 32)))
        return (office, sites)
    }

    /// What can be done to the hub, each in one transaction.
    static let changes: [(name: String, networks: Set<Int64>, make: @Sendable (StateStore) async throws -> Void)] =
        [
            (
                "create a network", [4],
                { store in
                    _ = try await store.createNetwork(
                        networkDraft("new", subnet: "10.10.0.0/24"), options: untilConfirmed)
                }
            ),
            (
                "import a network", [4],
                { store in
                    _ = try await store.importNetwork(
                        networkDraft("new", mode: .siteToSite, subnet: "10.10.0.0/24"),
                        peers: [peerDraft("a", sites: ["192.168.77.0/24"]), peerDraft("b")], options: untilConfirmed
                    )
                }
            ),
            (
                "edit a network", [1],
                { store in
                    _ = try await store.updateNetwork(1, options: untilConfirmed) {
                        $0.mtu = 1400
                        $0.nat = false
                        $0.hubNumber = 77
                    }
                }
            ),
            (
                "switch a network off", [2],
                { store in
                    _ = try await store.setNetworkEnabled(2, false, options: untilConfirmed)
                }
            ),
            (
                "delete a network with peers, bridge, rules and ignored drift", [2],
                { store in
                    _ = try await store.deleteNetwork(2, options: untilConfirmed)
                }
            ),
            (
                "delete the other network", [1],
                { store in
                    _ = try await store.deleteNetwork(1, options: untilConfirmed)
                }
            ),
            (
                "create a peer", [1],
                { store in
                    _ = try await store.createPeer(in: 1, peerDraft("new"), options: untilConfirmed)
                }
            ),
            (
                "create peers", [2],
                { store in
                    _ = try await store.createPeers(
                        in: 2, [peerDraft("x", sites: ["192.168.3.0/24"]), peerDraft("y")], options: untilConfirmed)
                }
            ),
            (
                "change the keys of a peer", [1],
                { store in
                    _ = try await store.updatePeer(in: 1, 1, options: untilConfirmed) {
                        $0.keys = .generate
                        $0.presharedKey = .remove
                    }
                }
            ),
            (
                "forget the secrets of a peer", [1],
                { store in
                    _ = try await store.updatePeer(in: 1, 1, options: untilConfirmed) {
                        $0.keys = .forgetPrivateKey
                        $0.presharedKey = .remove
                    }
                }
            ),
            (
                "move a peer", [1],
                { store in
                    _ = try await store.updatePeer(in: 1, 2, options: untilConfirmed) {
                        $0.address = try? address("10.8.0.99")
                        $0.settings.tags = []
                    }
                }
            ),
            (
                "turn the order of sites round", [2],
                { store in
                    _ = try await store.updatePeer(in: 2, 3, options: untilConfirmed) {
                        $0.settings.siteNetworks.reverse()
                    }
                }
            ),
            (
                "change the sites of a peer", [2],
                { store in
                    _ = try await store.updatePeer(in: 2, 3, options: untilConfirmed) {
                        $0.settings.siteNetworks = [
                            IPPrefix(masking: .v4(IPv4Address(rawValue: 0xC0A8_0000)), length: 16)
                        ]
                    }
                }
            ),
            (
                "delete a peer that rules are about", [2],
                { store in
                    _ = try await store.deletePeer(in: 2, 3, options: untilConfirmed)
                }
            ),
            (
                "create a bridge", [],
                { store in
                    _ = try await store.createBridge(
                        BridgeSettings(networkA: 3, networkB: 1, direction: .bidirectional), options: untilConfirmed
                    )
                }
            ),
            (
                "edit a bridge", [],
                { store in
                    _ = try await store.updateBridge(1, options: untilConfirmed) {
                        $0.direction = .bToA
                        $0.allowedCIDRs = []
                    }
                }
            ),
            ("delete a bridge", [], { store in _ = try await store.deleteBridge(1, options: untilConfirmed) }),
            (
                "put a rule first", [],
                { store in
                    _ = try await store.createRule(
                        AccessRuleSettings(owner: .network(1), action: .allow), position: 1, options: untilConfirmed
                    )
                }
            ),
            (
                "turn the order of rules round", [],
                { store in
                    _ = try await store.updateRule(1, position: 4, options: untilConfirmed)
                }
            ),
            (
                "give a rule to another", [],
                { store in
                    _ = try await store.updateRule(1, options: untilConfirmed) { $0.owner = .peer(3) }
                }
            ),
            ("delete a rule", [], { store in _ = try await store.deleteRule(3, options: untilConfirmed) }),
        ]

    /// Catches anything that an undo does not bring back, in a database that was closed and opened in between.
    @Test(arguments: changes.indices)
    func anUndoBringsEverythingBack(index: Int) async throws {
        let (name, networks, make) = Self.changes[index]
        let folder = try TemporaryDirectory()
        defer { withExtendedLifetime(folder) {} }
        let clock = TestClock()
        var store = try StateStore.open(directory: folder.path, now: clock.clock)
        _ = try await Self.hub(store)
        let before = try await store.dump()
        let networksBefore = try await store.networks()
        try await make(store)
        let changed = try await store.dump()
        #expect(changed != before, "\(name)")
        let pending = try #require(try await store.pendingChange(), "\(name)")
        #expect(pending.deadline == clock.now + 60)
        #expect(pending.createdAt == clock.now)
        let owned = try await store.ownedInterfaces()

        try store.close()
        store = try StateStore.open(directory: folder.path, now: clock.clock)
        #expect(try await store.pendingChange() == pending)
        let undone = try await store.undoPendingChange()
        #expect(undone.change == pending)
        #expect(undone.networks == networks, "\(name)")
        #expect(try await store.dump() == before, "\(name)")
        #expect(try await store.pendingChange() == nil)
        #expect(try await store.ownedInterfaces() == owned.union(networksBefore.map(\.interface)), "\(name)")
        let retired = try await store.retiredInterfaces()
        #expect(retired.isDisjoint(with: networksBefore.map(\.interface)), "\(name)")
        for network in networksBefore {
            // Opens every secret.
            let state = try await store.desiredInterface(network.id)
            #expect(state?.privateKey.publicKey == network.publicKey, "\(name)")
            let now = try await store.network(network.id)
            #expect(now.updatedAt >= network.updatedAt, "\(name)")
        }
        try await store.expectSound("\(name)")
        // The hub goes on as ever.
        _ = try await store.createPeer(in: 1, peerDraft("after"))
        try store.close()
    }

    /// Catches an interface of a network that went by an undo and stays in the kernel, or one that is deleted though its
    /// network is back, whatever the reconciler did meanwhile.
    @Test func theReconcilerMayWorkInBetween() async throws {
        let store = try StateStore.inMemory()
        let (office, sites) = try await Self.hub(store)
        let before = try await store.dump()
        _ = try await store.deleteNetwork(office.id, options: Self.untilConfirmed)
        try await store.confirmRetired(office.interface)
        _ = try await store.undoPendingChange()
        #expect(try await store.dump() == before)
        #expect(try await store.retiredInterfaces() == [])

        let new = try await store.createNetwork(
            networkDraft("new", subnet: "10.10.0.0/24"), options: Self.untilConfirmed)
        try await store.ignoreDrift(
            IgnoredDrift(networkID: new.id, item: "mtu", observed: Array(repeating: 1, count: 32)))
        try await store.noteKernelSetting("net.ipv4.ip_forward", before: "0", set: "1")
        try await store.setFirewallMark(
            FirewallMark(applied: Array(repeating: 1, count: 32), listing: Array(repeating: 2, count: 32)))
        _ = try await store.undoPendingChange()
        #expect(try await store.dump() == before)
        #expect(try await store.retiredInterfaces() == [new.interface])
        #expect(try await store.changedKernelSettings().map(\.key) == ["net.ipv4.ip_forward"], "a note stays")
        #expect(try await store.firewallMark() != nil)

        // What was decided meanwhile about a network that was there all the time, and what was taken along.
        _ = try await store.deleteNetwork(sites.id, options: Self.untilConfirmed)
        _ = try await store.undoPendingChange()
        #expect(try await store.ignoredDrift(in: sites.id).map(\.item) == ["mtu"])
        try await store.expectSound()
    }

    /// Catches a change that is built on one that may be taken back.
    @Test func whileOneWaitsEveryOtherIsRefused() async throws {
        let clock = TestClock()
        let store = try StateStore.inMemory(now: clock.clock)
        let (office, _) = try await Self.hub(store)
        clock.now = 1_767_225_600  // 2026-01-01T00:00:00Z
        _ = try await store.updateNetwork(office.id, options: Self.untilConfirmed) { $0.mtu = 1400 }
        let before = try await store.dump()
        let dry = WriteOptions(dryRun: Rehearsal())
        let attempts: [() async throws -> Void] = [
            { _ = try await store.createNetwork(networkDraft("n", subnet: "10.10.0.0/24")) },
            { _ = try await store.importNetwork(networkDraft("n", subnet: "10.10.0.0/24"), peers: []) },
            { _ = try await store.updateNetwork(1) { $0.mtu = 1300 } },
            { _ = try await store.setNetworkEnabled(1, false) },
            { _ = try await store.deleteNetwork(1) },
            { _ = try await store.createPeer(in: 1, peerDraft("n")) },
            { _ = try await store.createPeers(in: 1, [peerDraft("n")]) },
            { _ = try await store.updatePeer(in: 1, 1) { $0.settings.notes = "x" } },
            { _ = try await store.setPeerEnabled(in: 1, 1, false) },
            { _ = try await store.deletePeer(in: 1, 1) },
            { _ = try await store.createBridge(BridgeSettings(networkA: 1, networkB: 3, direction: .aToB)) },
            { _ = try await store.updateBridge(1) { $0.enabled = false } },
            { _ = try await store.deleteBridge(1) },
            { _ = try await store.createRule(AccessRuleSettings(owner: .tag("x"), action: .deny)) },
            { _ = try await store.updateRule(1) { $0.enabled = false } },
            { _ = try await store.deleteRule(1) },
            { try await store.setSetting(.endpointHost, to: "x") },
            { _ = try await store.deleteNetwork(1, options: dry) },
            { _ = try await store.deleteNetwork(1, options: Self.untilConfirmed) },
        ]
        for (index, attempt) in attempts.enumerated() {
            let error = try await storeError { try await attempt() }
            #expect(error.code == .failedPrecondition, "\(index)")
            #expect(
                error.message
                    == """
                    a change waits to be confirmed until 2026-01-01T00:01:00Z (change of the network "office"): confirm or \
                    undo it first
                    """, "\(index)")
        }
        #expect(try await store.dump() == before)
        let pending = try #require(try await store.pendingChange())
        #expect(try await store.confirmPendingChange(pending.id) == pending)
        #expect(try await store.dump() == before, "what was confirmed stays")
        _ = try await store.updateNetwork(1) { $0.mtu = nil }
    }

    /// Catches a late timer that takes back, or a late click that confirms, another change than the one meant.
    @Test func onlyTheChangeThatIsMeantIsSettled() async throws {
        let store = try StateStore.inMemory()
        _ = try await Self.hub(store)
        let ways: [@Sendable (Int64?) async throws -> PendingChange] = [
            { id in try await store.confirmPendingChange(id) },
            { id in try await store.undoPendingChange(id).change },
        ]
        for settle in ways {
            #expect(try await storeError { try await settle(nil) }.code == .failedPrecondition, "none waits")
            _ = try await store.updateNetwork(1, options: Self.untilConfirmed) { $0.mtu = $0.mtu == 1400 ? 1300 : 1400 }
            let pending = try #require(try await store.pendingChange())
            for id in [pending.id - 1, pending.id + 1] {
                #expect(try await storeError { try await settle(id) }.code == .failedPrecondition)
            }
            #expect(try await settle(pending.id) == pending)
            #expect(try await storeError { try await settle(pending.id) }.code == .failedPrecondition)
        }
    }

    /// Catches a time to confirm that is nonsense, fractions that are cut off, and a change of nothing that has to be
    /// confirmed.
    @Test func timesAndChangesThatAreNone() async throws {
        let clock = TestClock()
        let store = try StateStore.inMemory(now: clock.clock)
        _ = try await Self.hub(store)
        for duration: Duration in [
            .zero, .seconds(-1), .milliseconds(999), .seconds(86_401), .seconds(Int64.max), .seconds(Int64.min),
        ] {
            let error = try await storeError {
                try await store.updateNetwork(1, options: WriteOptions(confirmWithin: duration)) { $0.mtu = 1400 }
            }
            #expect(error.code == .invalid && error.field == "confirm_within", "\(duration)")
        }
        _ = try await store.updateNetwork(1, options: Self.untilConfirmed) { $0.mtu = nil }
        #expect(try await store.pendingChange() == nil, "nothing changed")
        for (duration, seconds): (Duration, Int64) in [
            (.seconds(1), 1), (.milliseconds(1001), 2), (.milliseconds(1999), 2), (.seconds(86_400), 86_400),
        ] {
            _ = try await store.updateNetwork(1, options: WriteOptions(confirmWithin: duration)) { $0.mtu = 1400 }
            let pending = try #require(try await store.pendingChange())
            #expect(pending.deadline == clock.now + seconds, "\(duration)")
            _ = try await store.undoPendingChange()
        }
        var options = WriteOptions(dryRun: Rehearsal())
        options.confirmWithin = .seconds(60)
        _ = try await store.updateNetwork(1, options: options) { $0.mtu = 1400 }
        #expect(try await store.pendingChange() == nil, "a dry run keeps nothing")
        #expect(try await store.network(1).settings.mtu == nil)
    }

    /// Catches a change that fails and leaves its undo, or an undo without its change.
    @Test func aChangeThatFailsLeavesNothingToConfirm() async throws {
        let store = try StateStore.inMemory()
        _ = try await Self.hub(store)
        let before = try await store.dump()
        _ = try await storeError {
            try await store.createPeers(in: 1, [peerDraft("x"), peerDraft("x")], options: Self.untilConfirmed)
        }
        #expect(try await store.pendingChange() == nil)
        #expect(try await store.dump() == before)
        _ = try await store.createPeer(in: 1, peerDraft("x"))
        #expect(try await store.pendingChange() == nil)
    }

    /// Catches a client that takes what it read while the change waited for what is there after the undo.
    @Test func timesOfChangeNeverGoBack() async throws {
        let clock = TestClock()
        let store = try StateStore.inMemory(now: clock.clock)
        _ = try await Self.hub(store)
        let seen = try await store.updateNetwork(1, options: Self.untilConfirmed) { $0.mtu = 1400 }.after
        let seenPeer = try await store.peer(in: 1, 1)
        _ = try await store.undoPendingChange()
        #expect(try await store.network(1).updatedAt > seen.updatedAt)
        #expect(try await store.peer(in: 1, 1).updatedAt == seenPeer.updatedAt, "it was not touched")
        let error = try await storeError {
            try await store.updateNetwork(1, expectedUpdatedAt: seen.updatedAt) { $0.mtu = 1300 }
        }
        #expect(error.code == .stale)
    }

    /// Catches an undo that is not in the same transaction: what a crash leaves of the files has both or none.
    @Test func theUndoIsAsDurableAsTheChange() async throws {
        let folder = try TemporaryDirectory()
        let copy = try TemporaryDirectory()
        defer { withExtendedLifetime((folder, copy)) {} }
        let store = try StateStore.open(directory: folder.path)
        _ = try await Self.hub(store)
        let before = try await store.dump()
        _ = try await store.deleteNetwork(1, options: Self.untilConfirmed)
        // As a kill would leave them: the log was not brought into the database.
        for file in ["wgpilot.db", "wgpilot.db-wal", "master.key"] {
            try FileManager.default.copyItem(atPath: "\(folder.path)/\(file)", toPath: "\(copy.path)/\(file)")
        }
        let survivor = try StateStore.open(directory: copy.path)
        #expect(try await survivor.networks().map(\.id) == [2, 3])
        #expect(try await survivor.pendingChange() == store.pendingChange())
        #expect(try await survivor.undoPendingChange().networks == [1])
        #expect(try await survivor.dump() == before)
        try survivor.close()
        try store.close()
    }

    /// Catches an undo of a damaged record that changes half of it.
    @Test(arguments: ["x'00'", "zeroblob(1000)", "randomblob(200)"])
    func aDamagedRecordChangesNothing(blob: String) async throws {
        let store = try StateStore.inMemory()
        _ = try await Self.hub(store)
        _ = try await store.deleteNetwork(1, options: Self.untilConfirmed)
        let before = try await store.dump()
        try await store.sql("UPDATE pendingChange SET inverse = \(blob)")
        _ = try await storeError { try await store.undoPendingChange() }
        #expect(try await store.dump() == before)
        #expect(try await store.pendingChange() != nil)
        try await store.expectSound()
    }

    /// Catches an undo that is not exact in some state that nobody thought of: random changes, each taken back or
    /// confirmed at random.
    @Test func randomChangesAreTakenBackExactly() async throws {
        var generator = SeededGenerator()
        let store = try StateStore.inMemory()
        _ = try await Self.hub(store)
        var (undone, kept) = (0, 0)
        for step in 0..<200 {
            let comment: Comment = "\(generator), step \(step)"
            let before = try await store.dump()
            let retired = try await store.retiredInterfaces()
            do {
                try await Self.change(store, step, &generator)
            } catch let error as StoreError {
                // A random change may be one that is refused; it must be for a reason that a user can cause.
                #expect([.conflict, .alreadyExists, .failedPrecondition, .invalid].contains(error.code), comment)
            }
            guard try await store.pendingChange() != nil else {
                #expect(try await store.dump() == before, comment)
                continue
            }
            if Bool.random(using: &generator) {
                undone += 1
                let made = try await store.networks().map(\.interface)
                _ = try await store.undoPendingChange()
                #expect(try await store.dump() == before, comment)
                #expect(try await store.retiredInterfaces().isSubset(of: retired.union(made)), comment)
            } else {
                kept += 1
                _ = try await store.confirmPendingChange()
            }
        }
        #expect(undone > 20 && kept > 20, "\(generator): \(undone) undone, \(kept) kept")
        try await store.expectSound("\(generator)")
    }

    private static func change(_ store: StateStore, _ step: Int, _ generator: inout SeededGenerator) async throws {
        let networks = try await store.networks()
        let network = networks.randomElement(using: &generator)
        let peers: [Peer] = if let network { try await store.peers(in: network.id).peers } else { [] }
        let peer = peers.randomElement(using: &generator)
        let bridge = try await store.bridges().randomElement(using: &generator)
        let rule = try await store.rules().randomElement(using: &generator)
        let other = networks.randomElement(using: &generator)
        let sites = (0..<Int.random(in: 1...3, using: &generator)).map { index in
            "172.\(16 + Int(generator.next() % 8)).\(index).0/24"
        }
        let number = Int64.random(in: 1...30, using: &generator)
        let kind = Int.random(in: 0..<14, using: &generator)
        switch (kind, network, peer) {
        case (0, _, _), (_, nil, _):
            var draft = try networkDraft(
                "n\(step)", mode: step % 2 == 0 ? .siteToSite : .gateway, subnet: "10.\(step % 200 + 20).0.0/27")
            draft.settings.hubNumber = number
            _ = try await store.importNetwork(
                draft, peers: [quickDraft("x", &generator), peerDraft("y")], options: untilConfirmed)
        case (1, let network?, _) where networks.count > 4:
            _ = try await store.deleteNetwork(network.id, options: untilConfirmed)
        case (1, let network?, _), (2, let network?, _):
            _ = try await store.updateNetwork(network.id, options: untilConfirmed) {
                $0.mtu = 1280 + step
                $0.hubNumber = number
            }
        case (3, let network?, _):
            _ = try await store.updateNetwork(network.id, options: untilConfirmed) { $0.enabled.toggle() }
        case (4, let network?, _), (5, let network?, _):
            var draft = try quickDraft("p\(step)", &generator)
            draft.settings.tags = ["staff"]
            if network.settings.mode == .siteToSite {
                draft.settings.role = .siteGateway
                draft.settings.siteNetworks = try Array(Set(sites)).map { try prefix($0) }
            }
            _ = try await store.createPeers(in: network.id, [draft, peerDraft("q\(step)")], options: untilConfirmed)
        case (6, let network?, let peer?):
            _ = try await store.updatePeer(in: network.id, peer.id, options: untilConfirmed) {
                $0.keys = .generate
                $0.presharedKey = peer.hasPresharedKey ? .remove : .generate
                $0.address = network.settings.addressPlan?.address(number)
            }
        case (7, let network?, let peer?):
            let blocks = try (peer.settings.siteNetworks + sites.map { try prefix($0) }).shuffled(using: &generator)
            _ = try await store.updatePeer(in: network.id, peer.id, options: untilConfirmed) {
                $0.settings.notes = "\(step)"
                if peer.settings.role == .siteGateway { $0.settings.siteNetworks = blocks }
            }
        case (8, let network?, let peer?):
            _ = try await store.deletePeer(in: network.id, peer.id, options: untilConfirmed)
        case (9, let network?, _):
            if let bridge, Bool.random(using: &generator) {
                _ = try await store.deleteBridge(bridge.id, options: untilConfirmed)
            } else if let other {
                _ = try await store.createBridge(
                    BridgeSettings(networkA: network.id, networkB: other.id, direction: .aToB), options: untilConfirmed)
            }
        case (10, let network?, let peer?), (11, let network?, let peer?):
            _ = try await store.createRule(
                AccessRuleSettings(
                    owner: Bool.random(using: &generator) ? .network(network.id) : .tag("staff"), action: .deny,
                    destination: .peer(peer.id)), position: 1, options: untilConfirmed)
        default:
            guard let rule else { return }
            let count = Int64(try await store.rules(owner: rule.settings.owner).count)
            if kind == 12 {
                _ = try await store.deleteRule(rule.id, options: untilConfirmed)
            } else {
                _ = try await store.updateRule(rule.id, position: count + 1 - rule.position, options: untilConfirmed)
            }
        }
    }
}
