import GRDB
import Testing
import WGPilotCore
import WGPilotTestSupport

@testable import WGPilotStore

@Suite struct FirewallTests {
    /// Catches a network, a block or a choice that the firewall does not hear of, and one it must not hear of.
    @Test func networksAreWholeAndSwitchedOn() async throws {
        let store = try StateStore.inMemory()
        #expect(try await store.desiredFirewall() == FirewallState())
        var gate = try networkDraft("gate", subnet: "10.1.0.0/24", subnet6: "fd00:1::/64")
        gate.settings.peersMayTalk = true
        gate.settings.hubNumber = 9
        _ = try await store.createNetwork(gate)
        _ = try await store.createNetwork(networkDraft("sites", mode: .siteToSite, subnet: "10.2.0.0/24"))
        _ = try await store.createNetwork(networkDraft("star", mode: .hubRouted, subnet: "10.3.0.0/24"))
        var off = try networkDraft("off", subnet: "10.4.0.0/24")
        off.settings.enabled = false
        _ = try await store.createNetwork(off)
        _ = try await store.createPeers(
            in: 2, [peerDraft("s", sites: ["192.168.2.0/24", "192.168.1.0/24", "2001:db8::/48"]), peerDraft("c")])
        _ = try await store.createPeer(in: 2, peerDraft("down", sites: ["192.168.3.0/24"]))
        _ = try await store.setPeerEnabled(in: 2, 3, false)
        let state = try await store.desiredFirewall()
        #expect(
            state.networks == [
                FirewallNetwork(
                    interface: try InterfaceName("wg0"), mode: .gateway,
                    subnets: [try prefix("10.1.0.0/24"), try prefix("fd00:1::/64")],
                    hubAddresses: [try address("10.1.0.9"), try address("fd00:1::9")], nat: true, peersMayTalk: true),
                FirewallNetwork(
                    interface: try InterfaceName("wg1"), mode: .siteToSite, subnets: [try prefix("10.2.0.0/24")],
                    hubAddresses: [try address("10.2.0.1")],
                    siteNetworks: [
                        try prefix("192.168.1.0/24"), try prefix("192.168.2.0/24"), try prefix("2001:db8::/48"),
                    ], nat: false, peersMayTalk: true),
                FirewallNetwork(
                    interface: try InterfaceName("wg2"), mode: .hubRouted, subnets: [try prefix("10.3.0.0/24")],
                    hubAddresses: [try address("10.3.0.1")], nat: false, peersMayTalk: true),
            ])
        #expect(state.bridges == [] && state.access == AccessPolicy())
        #expect(try await store.hubState().firewall == state)
    }

    /// Catches a bridge that carries the wrong way, or traffic of a network that is switched off.
    @Test func bridgesCarryInTheirDirections() async throws {
        let store = try StateStore.inMemory()
        for (name, subnet) in [("a", "10.1.0.0/24"), ("b", "10.2.0.0/24"), ("c", "10.3.0.0/24")] {
            _ = try await store.createNetwork(networkDraft(name, subnet: subnet))
        }
        var settings = BridgeSettings(networkA: 1, networkB: 2, direction: .bidirectional)
        settings.allowedCIDRs = [try prefix("10.2.0.128/25")]
        _ = try await store.createBridge(settings)
        _ = try await store.createBridge(BridgeSettings(networkA: 3, networkB: 2, direction: .bToA))
        _ = try await store.createBridge(BridgeSettings(networkA: 3, networkB: 1, direction: .aToB))
        _ = try await store.updateBridge(3) { $0.enabled = false }
        let names = try ["wg0", "wg1", "wg2"].map { try InterfaceName($0) }
        let block = [try prefix("10.2.0.128/25")]
        let both = [
            FirewallBridge(id: 1, from: names[0], to: names[1], destinations: block),
            FirewallBridge(id: 1, from: names[1], to: names[0], destinations: block),
        ]
        #expect(
            try await store.desiredFirewall().bridges
                == both + [FirewallBridge(id: 2, from: names[1], to: names[2], destinations: [])])
        _ = try await store.setNetworkEnabled(3, false)
        #expect(try await store.desiredFirewall().bridges == both)
        _ = try await store.setNetworkEnabled(1, false)
        #expect(try await store.desiredFirewall().bridges == [])
    }

    /// Catches a name that is resolved into the wrong addresses; the expected ones are written down by hand.
    @Test func namesBecomeAddresses() async throws {
        let store = try StateStore.inMemory()
        _ = try await store.createNetwork(networkDraft("office", subnet: "10.1.0.0/24", subnet6: "fd00:1::/64"))
        _ = try await store.createNetwork(networkDraft("sites", mode: .siteToSite, subnet: "10.2.0.0/24"))
        var staff = try peerDraft("a")
        staff.settings.tags = ["staff", "Admin"]
        var other = try peerDraft("b")
        other.settings.tags = ["staff"]
        _ = try await store.createPeers(in: 1, [staff, other, peerDraft("plain")])
        var site = try peerDraft("s", sites: ["192.168.2.0/24", "192.168.1.0/24"])
        site.settings.tags = ["staff"]
        _ = try await store.createPeer(in: 2, site)  // number 4
        func rule(
            _ owner: AccessRuleOwner, _ destination: AccessDestination, _ action: AccessAction = .deny
        ) async throws {
            _ = try await store.createRule(AccessRuleSettings(owner: owner, action: action, destination: destination))
        }
        try await rule(.network(1), .site(4))  // 1
        try await rule(.tag("staff"), .peer(4), .allow)  // 2
        try await rule(.tag("staff"), .tag("nobody"))  // 3
        try await rule(.tag("Admin"), .block(prefix("10.0.0.0/8")))  // 4
        try await rule(.peer(1), .tag("staff"))  // 5
        try await rule(.tag("nobody"), .any)  // 6
        try await rule(.network(2), .any)  // 7
        try await rule(.peer(3), .any)  // 8
        _ = try await store.updateRule(8) { $0.enabled = false }

        func list(
            _ owner: AccessRuleOwner, _ rules: [(Int64, AccessAction, [String]?)]
        ) throws -> AccessList {
            AccessList(
                owner: owner,
                rules: try rules.map { id, action, blocks in
                    ResolvedAccessRule(
                        id: id, action: action, destinations: try blocks.map { try $0.map { try prefix($0) } },
                        service: .any)
                })
        }
        let sites = ["192.168.1.0/24", "192.168.2.0/24"]
        let first = ["10.1.0.2/32", "10.1.0.3/32", "10.2.0.2/32"]
        let access = try await store.desiredFirewall().access
        #expect(
            access.lists == [
                try list(.peer(1), [(5, .deny, first + sites + ["fd00:1::2/128", "fd00:1::3/128"])]),
                try list(.tag("Admin"), [(4, .deny, ["10.0.0.0/8"])]),
                try list(.tag("staff"), [(2, .allow, ["10.2.0.2/32"] + sites), (3, .deny, [])]),
                try list(.network(1), [(1, .deny, sites)]), try list(.network(2), [(7, .deny, nil)]),
            ])
        #expect(
            access.sources == [
                AccessSource(blocks: [try prefix("10.1.0.2/32"), try prefix("fd00:1::2/128")], lists: [0, 1, 2, 3]),
                AccessSource(blocks: [try prefix("10.1.0.3/32"), try prefix("fd00:1::3/128")], lists: [2, 3]),
                AccessSource(
                    blocks: [try prefix("10.2.0.2/32"), try prefix("192.168.2.0/24"), try prefix("192.168.1.0/24")],
                    lists: [2, 4]),
            ])
        #expect(access.networks == [try InterfaceName("wg0"): 3, try InterfaceName("wg1"): 4])

        // A peer that is switched off is neither source nor destination.
        _ = try await store.setPeerEnabled(in: 2, 4, false)
        let less = try await store.desiredFirewall().access
        #expect(less.lists.first { $0.owner == .network(1) }?.rules.first?.destinations == [])
        #expect(less.lists.first { $0.owner == .tag("staff") }?.rules.first?.destinations == [])
        #expect(less.sources.count == 2)
        // Nor is one whose network is.
        _ = try await store.setPeerEnabled(in: 2, 4, true)
        _ = try await store.setNetworkEnabled(1, false)
        let sitesOnly = try await store.desiredFirewall().access
        #expect(sitesOnly.lists.map(\.owner) == [.tag("staff"), .network(2)])
        #expect(sitesOnly.sources.map(\.lists) == [[0, 1]])
        #expect(sitesOnly.networks == [try InterfaceName("wg1"): 1])
    }

    /// Catches a firewall whose cost grows with the number of peers where no rule asks for it: it is derived after every
    /// change of a peer.
    @Test func withoutRulesNoPeerIsReadButThoseWithSites() async throws {
        let store = try StateStore.inMemory()
        func statements() async throws -> [String] {
            let log = StatementLog()
            try await store.writer.writeWithoutTransaction { db in db.trace { log.append("\($0)") } }
            _ = try await store.desiredFirewall()
            try await store.writer.writeWithoutTransaction { db in db.trace(options: []) }
            return log.all.filter { $0.hasPrefix("SELECT") }
        }
        _ = try await store.createNetwork(networkDraft("gate"))
        _ = try await store.createPeer(in: 1, peerDraft("a"))
        let none = try await statements()
        #expect(none.count == 3 && !none.contains { $0.contains("peer ") || $0.contains("siteNetwork") }, "\(none)")

        _ = try await store.createNetwork(networkDraft("sites", mode: .siteToSite, subnet: "10.9.0.0/24"))
        let sites = try await statements()
        let query = try #require(sites.first { $0.contains("siteNetwork") })
        #expect(sites.count == 4)
        let plan = try await store.rows("EXPLAIN QUERY PLAN \(query)")
        #expect(plan.contains { $0.contains("SCAN siteNetwork") }, "\(plan)")
        #expect(plan.contains { $0.contains("SEARCH peer USING INTEGER PRIMARY KEY") }, "\(plan)")

        // A rule about one peer reads that one.
        _ = try await store.createRule(AccessRuleSettings(owner: .network(1), action: .deny, destination: .peer(1)))
        for sql in try await statements() where sql.contains("FROM peer") {
            let bound = sql.split(separator: "?", omittingEmptySubsequences: false).joined(separator: "1")
            let plan = try await store.rows("EXPLAIN QUERY PLAN \(bound)")
            #expect(plan.allSatisfy { $0.contains("SEARCH peer USING INTEGER PRIMARY KEY") }, "\(sql): \(plan)")
        }
    }

    /// Catches every difference between what the policy asks of a peer and the rule in words: its own rules, then those of
    /// its tags by name, then those of its network, with addresses in the place of names.
    @Test func thePolicyAgreesWithTheNaiveModel() async throws {
        var generator = SeededGenerator()
        let store = try StateStore.inMemory()
        _ = try await store.createNetwork(networkDraft("n1", mode: .siteToSite, subnet: "10.1.0.0/24"))
        _ = try await store.createNetwork(networkDraft("n2", subnet: "10.2.0.0/24", subnet6: "fd00::/64"))
        _ = try await store.createNetwork(networkDraft("n3", mode: .siteToSite, subnet: "10.3.0.0/24"))
        let tags = ["a", "b", "c"]
        var peers: [Int64] = []
        for index in 0..<12 {
            let network = Int64(index % 3 + 1)
            var draft = try quickDraft("p\(index)", &generator)
            if network != 2 && Bool.random(using: &generator) {
                draft.settings.role = .siteGateway
                draft.settings.siteNetworks = [try prefix("192.168.\(index).0/24")]
            }
            draft.settings.tags = tags.filter { _ in Bool.random(using: &generator) }.shuffled(using: &generator)
            peers.append(try await store.createPeer(in: network, draft).peer.id)
        }
        for step in 0..<150 {
            let id = peers[Int.random(in: 0..<peers.count, using: &generator)]
            let network = (id - 1) % 3 + 1
            switch Int.random(in: 0..<8, using: &generator) {
            case 0: _ = try await store.setPeerEnabled(in: network, id, Bool.random(using: &generator))
            case 1: _ = try await store.setNetworkEnabled(network, Int.random(in: 0..<4, using: &generator) > 0)
            case 2:
                if let rule = try await store.rules().randomElement(using: &generator) {
                    _ = try await store.deleteRule(rule.id)
                }
            case 3:
                if let rule = try await store.rules().randomElement(using: &generator) {
                    _ = try await store.updateRule(rule.id) { $0.enabled.toggle() }
                }
            default:
                let owners: [AccessRuleOwner] = [.network(network), .tag(tags[Int(id % 3)]), .peer(id)]
                let other = peers[Int.random(in: 0..<peers.count, using: &generator)]
                let role = try await store.peer(in: (other - 1) % 3 + 1, other).settings.role
                let destinations: [AccessDestination] = [
                    .any, .block(try prefix("10.0.0.0/8")), .tag(tags[Int(other % 3)]),
                    role == .siteGateway ? .site(other) : .peer(other),
                ]
                let settings = AccessRuleSettings(
                    owner: owners[Int.random(in: 0..<3, using: &generator)], action: .deny,
                    destination: destinations[Int.random(in: 0..<4, using: &generator)])
                _ = try await store.createRule(settings, position: Bool.random(using: &generator) ? 1 : nil)
            }
            try await Self.compare(store, "\(generator), step \(step)")
        }
    }

    private static func compare(_ store: StateStore, _ comment: Comment) async throws {
        let access = try await store.desiredFirewall().access
        let rules = try await store.rules().filter(\.settings.enabled)
        var live: [(peer: Peer, network: Network, blocks: Set<IPPrefix>)] = []
        for network in try await store.networks() where network.settings.enabled {
            let interface = try #require(try await store.desiredInterface(network.id))
            for peer in try await store.peers(in: network.id).peers where peer.settings.enabled {
                live.append((peer, network, try #require(interface.peers[peer.publicKey]).allowedIPs))
            }
        }
        for (peer, network, blocks) in live {
            let owners =
                [.peer(peer.id)] + peer.settings.tags.sorted().map { AccessRuleOwner.tag($0) } + [.network(network.id)]
            let expected = owners.flatMap { owner in rules.filter { $0.settings.owner == owner } }
            let source = access.sources.filter { Set($0.blocks) == blocks }
            #expect(source.count <= 1, comment)
            let lists = source.first?.lists ?? access.networks[network.interface].map { [$0] } ?? []
            let asked = lists.flatMap { access.lists[$0].rules }
            #expect(asked.map(\.id) == expected.map(\.id), comment)
            for (rule, resolved) in zip(expected, asked) {
                let blocks: Set<IPPrefix>? =
                    switch rule.settings.destination {
                    case .any: nil
                    case .block(let block): [block]
                    case .peer(let id): live.first { $0.peer.id == id }?.blocks ?? []
                    case .site(let id): Set(live.first { $0.peer.id == id }?.peer.settings.siteNetworks ?? [])
                    case .tag(let tag):
                        live.filter { $0.peer.settings.tags.contains(tag) }.reduce(into: []) { $0.formUnion($1.blocks) }
                    }
                #expect(resolved.destinations.map { Set($0) } == blocks, comment)
            }
        }
        #expect(access.lists.allSatisfy { !$0.rules.isEmpty }, comment)
    }
}
