import Testing
import WGPilotCore
import WGPilotTestSupport

@testable import WGPilotStore

@Suite struct AccessRuleTests {
    /// Two networks, with the clients 1 and 2 in the first, the site gateway 3 and the client 4 in the second.
    private static func store(now: @escaping StateStore.Clock = StateStore.systemClock) async throws -> StateStore {
        let store = try StateStore.inMemory(now: now)
        _ = try await store.createNetwork(networkDraft("office"))
        _ = try await store.createNetwork(networkDraft("sites", mode: .siteToSite, subnet: "10.9.0.0/24"))
        _ = try await store.createPeers(in: 1, [peerDraft("a"), peerDraft("b")])
        _ = try await store.createPeers(in: 2, [peerDraft("north", sites: ["192.168.1.0/24"]), peerDraft("c")])
        return store
    }

    private static func rule(
        _ owner: AccessRuleOwner, _ destination: AccessDestination = .any, _ comment: String = ""
    ) -> AccessRuleSettings {
        var settings = AccessRuleSettings(owner: owner, action: .deny, destination: destination)
        settings.comment = comment
        return settings
    }

    /// The comments of an owner's rules in order, after a check that their places are 1…n.
    private static func order(_ owner: AccessRuleOwner, _ store: StateStore) async throws -> String {
        let rules = try await store.rules(owner: owner)
        #expect(rules.map(\.position) == rules.indices.map { Int64($0) + 1 })
        return rules.map(\.settings.comment).joined()
    }

    /// Catches a column that is mixed up or dropped on the way to the database and back.
    @Test func everyFieldComesBack() async throws {
        let clock = TestClock()
        let store = try await Self.store(now: clock.clock)
        let owners: [AccessRuleOwner] = [.network(2), .tag("é-1"), .peer(4)]
        let destinations: [AccessDestination] = [
            .any, .block(try prefix("10.0.0.0/8")), .block(try prefix("2001:db8::/32")), .peer(3), .tag("staff"),
            .site(3),
        ]
        let services: [AccessService] = [
            .any, try AccessService(.icmp), try AccessService(.tcp, ports: [80...80, 443...443, 1000...2000]),
            try AccessService(.udp, ports: [1...65535]),
        ]
        var all: [AccessRule] = []
        for owner in owners {
            for destination in destinations {
                for service in services {
                    var settings = AccessRuleSettings(
                        owner: owner, action: .allow, destination: destination, service: service)
                    settings.comment = "printers, \"second\" floor"
                    settings.enabled = false
                    let rule = try await store.createRule(settings)
                    #expect(rule.settings == settings)
                    #expect(rule.createdAt == clock.now && rule.updatedAt == clock.now)
                    #expect(try await store.rule(rule.id) == rule)
                    all.append(rule)
                }
            }
        }
        #expect(try await store.rules() == all)
        for owner in owners {
            #expect(try await store.rules(owner: owner) == all.filter { $0.settings.owner == owner })
        }
        #expect(try await store.rules(owner: .peer(99)) == [])
        let wanted = Self.rule(.network(1), .tag("guests"), "new")
        let edited = try await store.updateRule(1, expectedUpdatedAt: clock.now) { $0 = wanted }
        #expect(edited.after.settings == wanted && edited.after.position == 1)
        #expect(try await store.rule(1) == edited.after)
        #expect(
            try await storeError {
                try await store.updateRule(1, expectedUpdatedAt: clock.now) { $0.action = .allow }
            }.code == .stale)
        #expect(
            try await storeError { try await store.deleteRule(1, expectedUpdatedAt: clock.now) }.code == .stale)
        #expect(try await store.deleteRule(1, expectedUpdatedAt: edited.after.updatedAt) == edited.after)
        for error in [
            try await storeError { try await store.rule(1) }, try await storeError { try await store.deleteRule(1) },
            try await storeError { try await store.updateRule(1) },
        ] {
            #expect(error.code == .notFound && error.message == "there is no access rule 1")
        }
        try await store.expectSound()
    }

    /// Catches a list whose order is not the one that was asked for: the first rule that fits decides.
    @Test func rulesStandWhereTheyWerePut() async throws {
        let store = try await Self.store()
        let owner = AccessRuleOwner.tag("staff")
        for (comment, position): (String, Int64?) in [("b", nil), ("d", nil), ("a", 1), ("c", 3), ("e", 5)] {
            _ = try await store.createRule(Self.rule(owner, .any, comment), position: position)
        }
        #expect(try await Self.order(owner, store) == "abcde")
        let ids = Dictionary(
            uniqueKeysWithValues: try await store.rules(owner: owner).map { ($0.settings.comment, $0.id) })
        let a = try #require(ids["a"])
        for (position, order): (Int64, String) in [
            (5, "bcdea"), (2, "bacde"), (3, "bcade"), (1, "abcde"), (1, "abcde"),
        ] {
            #expect(try await store.updateRule(a, position: position).after.position == position)
            #expect(try await Self.order(owner, store) == order)
        }
        let c = try await store.rule(#require(ids["c"]))
        _ = try await store.deleteRule(#require(ids["b"]))
        #expect(try await Self.order(owner, store) == "acde")
        #expect(try await store.rule(c.id).updatedAt == c.updatedAt, "it only moved down")
        // Another owner's list: at the end, or where it is wanted.
        _ = try await store.createRule(Self.rule(.peer(1), .any, "x"))
        _ = try await store.updateRule(c.id) { $0.owner = .peer(1) }
        _ = try await store.updateRule(a, position: 1) { $0.owner = .peer(1) }
        #expect(try await Self.order(.peer(1), store) == "axc")
        #expect(try await Self.order(owner, store) == "de")
        for position: Int64 in [.min, -1, 0, 4, .max] {
            let error = try await storeError {
                try await store.createRule(Self.rule(owner), position: position)
            }
            #expect(error.code == .invalid && error.field == "position")
            #expect(error.message.contains("1 to 3"))
        }
        for position: Int64 in [0, 3] {
            let error = try await storeError { try await store.updateRule(#require(ids["d"]), position: position) }
            #expect(error.field == "position" && error.message.contains("1 to 2"))
        }
    }

    /// Catches a rule about somebody who is not there; a site must be one.
    @Test func whomARuleNamesMustBeThere() async throws {
        let store = try await Self.store()
        let missing: [(AccessRuleOwner, AccessDestination, String, String)] = [
            (.network(9), .any, "network", "there is no network 9"), (.peer(9), .any, "peer", "there is no peer 9"),
            (.tag("x"), .peer(9), "destination", "there is no peer 9"),
            (.tag("x"), .site(9), "destination", "there is no peer 9"),
        ]
        for (owner, destination, field, message) in missing {
            let error = try await storeError { try await store.createRule(Self.rule(owner, destination)) }
            #expect(error.code == .notFound && error.field == field && error.message.contains(message))
        }
        let client = try await storeError { try await store.createRule(Self.rule(.tag("x"), .site(4))) }
        #expect(client.code == .invalid && client.field == "destination")
        #expect(client.message.contains("the peer \"c\" is no site gateway"))
        let both = try await storeError { try await store.createRule(Self.rule(.peer(9), .peer(9))) }
        #expect(both.violations.map(\.field) == ["peer", "destination"])
        let faulty = try await storeError {
            try await store.createRule(Self.rule(.tag("no tag"), .tag(""), "line\nbreak"))
        }
        #expect(faulty.code == .invalid)
        #expect(faulty.violations.map(\.field) == ["tag", "destination", "comment"])
        #expect(try await store.rules() == [])
        // What was right once can always be switched off.
        let rule = try await store.createRule(Self.rule(.network(1), .site(3)))
        _ = try await store.updatePeer(in: 2, 3) {
            $0.settings.role = .client
            $0.settings.siteNetworks = []
        }
        #expect(try await store.updateRule(rule.id) { $0.enabled = false }.after.settings.enabled == false)
        let error = try await storeError { try await store.updateRule(rule.id) { $0.action = .allow } }
        #expect(error.field == "destination")
    }

    /// Catches a rule that outlives whom it is about, and a list with a gap after that.
    @Test func rulesGoWithWhomTheyAreAbout() async throws {
        let store = try await Self.store()
        for owner: AccessRuleOwner in [.network(1), .network(2), .tag("t"), .peer(1), .peer(3)] {
            for (destination, comment): (AccessDestination, String) in [
                (.any, "a"), (.peer(3), "b"), (.site(3), "c"), (.peer(2), "d"), (.tag("t"), "e"),
            ] {
                _ = try await store.createRule(Self.rule(owner, destination, comment))
            }
        }
        _ = try await store.deletePeer(in: 2, 3)
        for owner: AccessRuleOwner in [.network(1), .network(2), .tag("t"), .peer(1)] {
            #expect(try await Self.order(owner, store) == "ade")
        }
        #expect(try await store.rules(owner: .peer(3)) == [])
        _ = try await store.deleteNetwork(1)
        for owner: AccessRuleOwner in [.network(2), .tag("t")] {
            #expect(try await Self.order(owner, store) == "ae")
        }
        #expect(try await store.rules().count == 4)
        try await store.expectSound()
    }

    /// Catches a number of rules that grows without bounds.
    @Test func thereIsAMostOfRules() async throws {
        let store = try await Self.store()
        _ = try await store.createRule(Self.rule(.tag("t")))
        try await store.sql(
            """
            WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
            INSERT INTO accessRule SELECT NULL, NULL, 't', NULL, i, 'deny', 'any', NULL, NULL, 'any', '[]', '', 1, 0, 0 FROM n
            """)
        let error = try await storeError { try await store.createRule(Self.rule(.tag("t"))) }
        #expect(error.code == .exhausted)
        _ = try await store.deleteRule(1)
        #expect(try await store.createRule(Self.rule(.tag("t")), position: 1).position == 1)
        #expect(try await Self.order(.tag("t"), store).isEmpty)
    }

    /// Catches every difference between the lists in the database and plain arrays, over random insertions, moves, changes
    /// of owner and removals.
    @Test func listsAgreeWithArrays() async throws {
        var generator = SeededGenerator()
        let store = try await Self.store()
        let owners: [AccessRuleOwner] = [.network(1), .tag("t"), .peer(1)]
        var model: [AccessRuleOwner: [Int64]] = [:]
        for step in 0..<600 {
            let comment: Comment = "\(generator), step \(step)"
            let all = model.values.joined().sorted()
            let owner = owners[Int.random(in: 0..<3, using: &generator)]
            let id = all.randomElement(using: &generator)
            switch (Int.random(in: 0..<10, using: &generator), id) {
            case (0..<4, _), (_, nil):
                let count = model[owner]?.count ?? 0
                let place = Bool.random(using: &generator) ? Int.random(in: 1...(count + 1), using: &generator) : nil
                let rule = try await store.createRule(Self.rule(owner), position: place.map(Int64.init))
                model[owner, default: []].insert(rule.id, at: (place ?? count + 1) - 1)
            case (4..<6, let id?):
                _ = try await store.deleteRule(id)
                for owner in owners { model[owner]?.removeAll { $0 == id } }
            case (_, let id?):
                let stays = model[owner]?.contains(id) == true
                for owner in owners { model[owner]?.removeAll { $0 == id } }
                let count = model[owner]?.count ?? 0
                let place = Int.random(in: 1...(count + 1), using: &generator)
                let given = stays || Bool.random(using: &generator) ? place : nil
                _ = try await store.updateRule(id, position: given.map(Int64.init)) { $0.owner = owner }
                model[owner, default: []].insert(id, at: (given ?? count + 1) - 1)
            }
            for owner in owners {
                let rules = try await store.rules(owner: owner)
                #expect(rules.map(\.id) == model[owner] ?? [], comment)
                #expect(rules.map(\.position) == rules.indices.map { Int64($0) + 1 }, comment)
            }
        }
    }
}
