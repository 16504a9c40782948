import Testing
import WGPilotCore
import WGPilotTestSupport

@testable import WGPilotStore

@Suite struct PeerTests {
    /// Catches a column that is mixed up or dropped on the way to the database and back.
    @Test func everyFieldComesBack() async throws {
        let clock = TestClock()
        let store = try StateStore.inMemory(now: clock.clock)
        let network = try await store.createNetwork(networkDraft(tunnel: .split))
        var draft = try peerDraft("l'été \"quoted\" \\ 👩‍💻 ولد")
        draft.settings.email = "a.b+c@example.org"
        draft.settings.endpoint = try SocketEndpoint("[2001:db8::1]:51820")
        draft.settings.persistentKeepalive = 0
        draft.settings.hubKeepalive = 65535
        draft.settings.tunnel = .split
        draft.settings.extraCIDRs = [try prefix("172.16.0.0/12"), try prefix("::/0")]
        draft.settings.dnsServers = []
        draft.settings.mtu = 1280
        draft.settings.notes = "line\nline '\"; DROP TABLE peer; --"
        draft.settings.tags = ["blue", "größe", "日本"]
        draft.settings.enabled = false
        let created = try await store.createPeer(in: network.id, draft)
        #expect(created.peer.settings == draft.settings)
        #expect(created.peer.createdAt == clock.now)
        #expect(try await store.peer(in: network.id, created.peer.id) == created.peer)
        #expect(try await store.peer(in: network.id, named: draft.settings.name.description) == created.peer)
        #expect(try await store.peers(in: network.id).peers == [created.peer])
        #expect(try await store.desiredPeer(in: network.id, created.peer.publicKey) == nil, "it is switched off")
        let edited = try await store.updatePeer(in: network.id, created.peer.id) { edit in
            edit.settings = PeerSettings(name: edit.settings.name)
            edit.settings.dnsServers = [.v4(IPv4Address(rawValue: 0x0101_0101))]
        }
        #expect(edited.before == created.peer)
        #expect(try await store.peer(in: network.id, created.peer.id) == edited.after)
        try await store.expectSound()
    }

    /// Catches an answer that tells of a change which was taken for none: Swift's strings are equal where they look equal.
    @Test func whatIsOnlyWrittenOtherwiseIsAnsweredAsItIsStored() async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft())
        var draft = try peerDraft("n\u{303}")
        draft.settings.notes = "\u{F1}"
        let id = try await store.createPeer(in: network.id, draft).peer.id
        func points(_ text: String) -> [UInt32] { text.unicodeScalars.map(\.value) }
        let name = try DisplayName("\u{F1}")
        let renamed = try await store.updatePeer(in: network.id, id) { $0.settings.name = name }
        #expect(points(renamed.after.settings.name.description) == [0xF1])
        let noted = try await store.updatePeer(in: network.id, id) { $0.settings.notes = "n\u{303}" }
        let stored = try await store.peer(in: network.id, named: "\u{F1}")
        #expect(points(stored.settings.name.description) == [0xF1])
        #expect(points(noted.after.settings.notes) == points(stored.settings.notes))
        let other = try await store.updateNetwork(network.id) { $0.name = name }
        let decomposed = try DisplayName("n\u{303}")
        let again = try await store.updateNetwork(network.id) { $0.name = decomposed }
        #expect(points(other.after.settings.name.description) == [0xF1])
        #expect(points(again.after.settings.name.description) == [0x6E, 0x303])
        #expect(points(try await store.network(network.id).settings.name.description) == [0x6E, 0x303])
    }

    /// Catches two peers or networks that nobody can tell apart, and one that is not found because a keyboard composes its
    /// name otherwise.
    @Test func namesThatAreReadAlikeAreOne() async throws {
        let store = try StateStore.inMemory()
        let (composed, decomposed) = ("b\u{FC}ro", "bu\u{308}ro")
        let network = try await store.createNetwork(networkDraft(composed))
        let taken = try await storeError {
            try await store.createNetwork(networkDraft(decomposed, subnet: "10.9.0.0/24"))
        }
        #expect(taken.violations.map(\.field) == ["name"])
        for (stored, other) in [(composed, decomposed), (decomposed, composed)] {
            let peer = try await store.createPeer(in: network.id, peerDraft(stored)).peer
            let again = try await storeError { try await store.createPeer(in: network.id, peerDraft(other)) }
            #expect(again.code == .alreadyExists && again.violations.map(\.field) == ["name"])
            for spelling in [stored, other] {
                let found = try await store.peer(named: spelling, inNetworkNamed: other)
                #expect(found.network.id == network.id && found.peer.id == peer.id)
                #expect(Array(found.peer.settings.name.description.utf8) == Array(stored.utf8), "as it was given")
                let listed = try await store.peers(in: network.id, PeerQuery(filter: spelling.uppercased())).peers
                #expect(listed.map(\.id) == [peer.id])
            }
            // Its own name, spelled otherwise.
            let name = try name(other)
            _ = try await store.updatePeer(in: network.id, peer.id) { $0.settings.name = name }
            _ = try await store.deletePeer(in: network.id, peer.id)
        }
        let both = [try peerDraft(composed), try peerDraft("x"), try peerDraft(decomposed)]
        let batch = try await storeError { try await store.createPeers(in: network.id, both) }
        #expect(batch.violations.map(\.field) == ["peers[2].name"] && batch.itemIndex == 2)
    }

    /// Catches keys that are kept against the wish, lost, or mixed up.
    @Test func keysAreKeptAsWished() async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft())
        let held = try await store.createPeer(in: network.id, peerDraft("held"))
        #expect(held.peer.holdsPrivateKey && held.peer.hasPresharedKey)
        #expect(held.secrets.privateKey?.publicKey == held.peer.publicKey)
        #expect(try await store.secrets(ofPeer: held.peer.id) == held.secrets)

        var draft = try peerDraft("once")
        draft.holdsPrivateKey = false
        draft.presharedKey = .none
        let once = try await store.createPeer(in: network.id, draft)
        #expect(once.secrets.privateKey?.publicKey == once.peer.publicKey)
        #expect(!once.peer.holdsPrivateKey && !once.peer.hasPresharedKey)
        #expect(try await store.secrets(ofPeer: once.peer.id) == PeerSecrets())
        #expect(try await store.rows("SELECT count(*) FROM peerSecret") == ["1"])

        draft = try peerDraft("client")
        let key = PrivateKey.generate()
        let preshared = PresharedKey.generate()
        draft.keys = .publicKey(key.publicKey)
        draft.presharedKey = .given(preshared)
        let client = try await store.createPeer(in: network.id, draft)
        #expect(try await store.secrets(ofPeer: client.peer.id) == PeerSecrets(presharedKey: preshared))

        draft = try peerDraft("imported")
        let imported = PrivateKey.generate()
        draft.keys = .privateKey(imported)
        #expect(try await store.createPeer(in: network.id, draft).peer.publicKey == imported.publicKey)

        let forgotten = try await store.updatePeer(in: network.id, held.peer.id) { $0.keys = .forgetPrivateKey }
        #expect(forgotten.after.publicKey == held.peer.publicKey)
        #expect(!forgotten.after.holdsPrivateKey)
        #expect(
            try await store.secrets(ofPeer: held.peer.id)
                == PeerSecrets(presharedKey: held.secrets.presharedKey))

        let rotated = try await store.updatePeer(in: network.id, held.peer.id) { edit in
            edit.keys = .generate
            edit.presharedKey = .generate
        }
        #expect(rotated.after.publicKey != held.peer.publicKey)
        #expect(rotated.secrets.privateKey?.publicKey == rotated.after.publicKey)
        #expect(try await store.secrets(ofPeer: held.peer.id) == rotated.secrets)

        let bare = try await store.updatePeer(in: network.id, held.peer.id) { edit in
            edit.keys = .publicKey(held.peer.publicKey)
            edit.presharedKey = .remove
        }
        #expect(!bare.after.holdsPrivateKey && !bare.after.hasPresharedKey)
        #expect(try await store.secrets(ofPeer: held.peer.id) == PeerSecrets())
        #expect(try await store.desiredPeer(in: network.id, held.peer.publicKey)?.presharedKey == nil)
        try await store.expectSound()
    }

    /// Catches a second owner of what only one peer can have; the message must name the first.
    @Test func whatAnotherPeerHasIsRefusedByName() async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft())
        let first = try await store.createPeer(in: network.id, peerDraft("first")).peer
        var draft = try peerDraft("first")
        draft.keys = .publicKey(first.publicKey)
        draft.address = try address("10.8.0.2")
        let error = try await storeError { try await store.createPeer(in: network.id, draft) }
        #expect(error.code == .alreadyExists)
        #expect(error.violations.map(\.field) == ["name", "public_key", "address"])
        #expect(error.violations.allSatisfy { $0.message.contains("\"first\"") })
        let second = try await store.createPeer(in: network.id, peerDraft("second")).peer
        let update = try await storeError {
            try await store.updatePeer(in: network.id, second.id) { edit in
                edit.settings.name = first.settings.name
                edit.keys = .publicKey(first.publicKey)
                edit.address = try? address("10.8.0.2")
            }
        }
        #expect(update.violations.map(\.field) == ["name", "public_key", "address"])
        let other = try await store.createNetwork(networkDraft("other", subnet: "10.9.0.0/24"))
        draft.address = nil
        #expect(try await store.createPeer(in: other.id, draft).peer.hostNumber == 2, "another network, another world")
    }

    /// Catches the kernel silently dropping a peer that has the interface's own key.
    @Test func theHubsOwnKeyIsRefused() async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft())
        var draft = try peerDraft("a")
        draft.keys = .publicKey(network.publicKey)
        let error = try await storeError { try await store.createPeer(in: network.id, draft) }
        #expect(error.code == .invalid)
        #expect(error.field == "public_key")
        let peer = try await store.createPeer(in: network.id, peerDraft("a")).peer
        let update = try await storeError {
            try await store.updatePeer(in: network.id, peer.id) { $0.keys = .publicKey(network.publicKey) }
        }
        #expect(update.field == "public_key")
    }

    /// Catches a first fault that hides the others.
    @Test func allFaultsComeAtOnce() async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft())
        var draft = try peerDraft("a", sites: ["192.168.1.0/24"])
        draft.settings.email = "nobody"
        draft.settings.mtu = 1
        draft.settings.tags = ["a b"]
        draft.address = try address("10.8.0.1")
        draft.keys = .publicKey(network.publicKey)
        let error = try await storeError { try await store.createPeer(in: network.id, draft) }
        #expect(error.code == .invalid)
        #expect(
            Set(error.violations.map(\.field)) == ["email", "role", "mtu", "tags", "address", "public_key"])
        #expect(try await store.peerCount(in: network.id) == 0)
    }

    /// Catches a switched-off peer that stays switched on because something else about it is no longer acceptable.
    @Test func switchingOffAlwaysWorks() async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft())
        let peer = try await store.createPeer(in: network.id, peerDraft("a")).peer
        try await store.sql("UPDATE peer SET email = 'was fine once'")
        #expect(try await store.desiredPeer(in: network.id, peer.publicKey) != nil)
        #expect(try await store.setPeerEnabled(in: network.id, peer.id, false).after.settings.enabled == false)
        #expect(try await store.desiredPeer(in: network.id, peer.publicKey) == nil)
        #expect(try await store.desiredInterface(network.id)?.peers.isEmpty == true)
        #expect(try await store.setPeerEnabled(in: network.id, peer.id, true).after.settings.enabled)
        let rename = try await storeError {
            try await store.updatePeer(in: network.id, peer.id) { $0.settings.notes = "x" }
        }
        #expect(rename.field == "email")
    }

    /// Catches a lost update, and a time of change that does not change.
    @Test func aChangeOfSomethingOlderIsRefused() async throws {
        let clock = TestClock()
        let store = try StateStore.inMemory(now: clock.clock)
        let network = try await store.createNetwork(networkDraft())
        let peer = try await store.createPeer(in: network.id, peerDraft("a")).peer
        let seen = peer.updatedAt
        let edited = try await store.updatePeer(in: network.id, peer.id, expectedUpdatedAt: seen) {
            $0.settings.notes = "1"
        }
        #expect(edited.after.updatedAt > seen)
        let error = try await storeError {
            try await store.updatePeer(in: network.id, peer.id, expectedUpdatedAt: seen) { $0.settings.notes = "2" }
        }
        #expect(error.code == .stale)
        clock.now += 50
        let idle = try await store.updatePeer(in: network.id, peer.id) { _ in }
        #expect(idle.before == idle.after)
        #expect(
            try await store.updatePeer(in: network.id, peer.id) { $0.presharedKey = .generate }.after.updatedAt
                == clock.now)
    }

    /// Catches a peer that is reached through a network it is not in.
    @Test func peersAreFoundInTheirNetworkOnly() async throws {
        let store = try StateStore.inMemory()
        let a = try await store.createNetwork(networkDraft("a"))
        let b = try await store.createNetwork(networkDraft("b", subnet: "10.9.0.0/24"))
        let peer = try await store.createPeer(in: a.id, peerDraft("7")).peer
        #expect(try await store.peer(in: a.id, named: "7") == peer)
        #expect(try await store.peer(in: a.id, named: "1") == peer)
        #expect(try await storeError { try await store.peer(in: b.id, peer.id) }.code == .notFound)
        #expect(try await storeError { try await store.peer(in: b.id, named: "7") }.code == .notFound)
        #expect(try await storeError { try await store.deletePeer(in: b.id, peer.id) }.code == .notFound)
        #expect(try await storeError { try await store.updatePeer(in: b.id, peer.id) { _ in } }.code == .notFound)
        #expect(try await store.desiredPeer(in: b.id, peer.publicKey) == nil)
        #expect(try await store.peerCount(in: a.id) == 1)
        #expect(try await store.deletePeer(in: a.id, peer.id) == peer)
        #expect(try await store.peerCount(in: a.id) == 0)
    }

    /// Catches names that only look alike, or that the database or a message cannot bear.
    @Test func anyPrintableNameIsKeptAsItIs() async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft())
        let names = [
            "Doe, John", "%", "_", "a\\b", "O'Neil", "\"", "名前", "שלום", "👨‍👩‍👧‍👦", "ﬁ", "fi", "A", "a", "١٢٣", "-", "*",
            String(repeating: "ü", count: 64),
        ]
        for text in names { _ = try await store.createPeer(in: network.id, peerDraft(text)) }
        for text in names {
            #expect(try await store.peer(in: network.id, named: text).settings.name.description == text)
        }
        let listed = try await store.peers(in: network.id, PeerQuery(order: .name, limit: 5))
        #expect(listed.peers.map(\.settings.name.description) == ["\"", "%", "*", "-", "A"])
    }

    /// Catches a batch that is kept in part, or that does not say which item was at fault.
    @Test func aBatchIsAllOrNothing() async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft())
        let drafts = try ["a", "b", "c", "b"].map { try peerDraft($0) }
        let error = try await storeError { try await store.createPeers(in: network.id, drafts) }
        #expect(error.itemIndex == 3)
        #expect(error.code == .alreadyExists)
        #expect(try await store.peerCount(in: network.id) == 0)
        let created = try await store.createPeers(in: network.id, Array(drafts.prefix(3)))
        #expect(created.map(\.peer.hostNumber) == [2, 3, 4])
        #expect(created.map(\.peer.id) == [1, 2, 3])
        try await store.expectSound()
    }

    /// Catches keys that get to another peer of their batch than they were meant or made for, and peers that are stored
    /// with the keys of none.
    @Test func eachPeerOfALargeBatchHasItsOwnKeys() async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft(subnet: "10.8.0.0/20"))
        var drafts: [PeerDraft] = []
        var given: [String: PublicKey] = [:]
        for index in 0..<300 {
            var draft = try peerDraft("p\(index)")
            if index % 3 == 0 {
                let key = PrivateKey.generate()
                given["p\(index)"] = key.publicKey
                draft.keys = .privateKey(key)
            }
            drafts.append(draft)
        }
        let created = try await store.createPeers(in: network.id, drafts)
        #expect(created.map(\.peer.settings.name.description) == drafts.map(\.settings.name.description))
        #expect(Set(created.map(\.peer.publicKey)).count == 300)
        for made in created {
            let name = made.peer.settings.name.description
            let stored = try await store.secrets(ofPeer: made.peer.id)
            #expect(stored.privateKey?.publicKey == made.peer.publicKey)
            #expect(stored.presharedKey == made.secrets.presharedKey && stored.presharedKey != nil)
            if let key = given[name] { #expect(made.peer.publicKey == key) }
        }
    }

    /// Catches a transaction that waits for keys which a caller that has gone no longer wants made.
    @Test func aCancelledBatchEnds() async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft(subnet: "10.8.0.0/20"))
        let drafts = try (0..<300).map { try peerDraft("p\($0)") }
        let task = Task { _ = try? await store.createPeers(in: network.id, drafts) }
        task.cancel()
        await task.value
        #expect([0, 300].contains(try await store.peerCount(in: network.id)))
    }

    /// The network's limit comes first, no limit at all last.
    private static let places: [Int64?: Int] = [nil: 0, 64: 1, 800: 2, 10_000: 3, 0: 4]

    /// Catches pages that repeat or miss a peer, in any order, also while peers come and go; and orders that are not.
    @Test(arguments: PeerQuery.Order.allCases, [false, true])
    func pagesCoverEveryPeerOnce(order: PeerQuery.Order, isDescending: Bool) async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft(mode: .siteToSite))
        var drafts: [PeerDraft] = []
        for index in 0..<57 {
            var draft = try quickDraft("n\(index * 7919 % 100) x", &generator)
            draft.settings.email = index % 3 == 0 ? "" : "user\(index % 5)@example.org"
            draft.settings.role = index % 4 == 0 ? .siteGateway : .client
            if index % 4 == 0 { draft.settings.siteNetworks = [try IPPrefix("192.168.\(index).0/24")] }
            draft.settings.enabled = index % 7 != 0
            draft.settings.expiresAt = index % 5 == 0 ? nil : 4_000_000_000 + Int64(index % 3)
            draft.settings.bandwidthUp = [nil, 0, 800, 10_000][index % 4]
            draft.settings.bandwidthDown = [0, nil, 64][index % 3]
            drafts.append(draft)
        }
        let all = try await store.createPeers(in: network.id, drafts).map(\.peer)
        var query = PeerQuery(order: order, limit: 10)
        query.isDescending = isDescending
        var seen: [Peer] = []
        repeat {
            let page = try await store.peers(in: network.id, query)
            #expect(page.peers.count == 10 || page.nextCursor == nil)
            seen += page.peers
            query.cursor = page.nextCursor
            if seen.count == 20, let last = page.peers.last {
                _ = try await store.deletePeer(in: network.id, last.id)
            }
        } while query.cursor != nil
        func comesBefore<Value: Comparable>(_ value: (Peer) -> Value) -> [Peer] {
            let sorted = all.sorted { (value($0), $0.id) < (value($1), $1.id) }
            return isDescending ? sorted.reversed() : sorted
        }
        let expected =
            switch order {
            case .id: comesBefore(\.id)
            case .name: comesBefore(\.settings.name.description)
            case .email: comesBefore(\.settings.email)
            case .role: comesBefore(\.settings.role.rawValue)
            case .address: comesBefore(\.hostNumber)
            case .enabled: comesBefore { $0.settings.enabled ? 1 : 0 }
            case .createdAt: comesBefore(\.createdAt)
            case .updatedAt: comesBefore(\.updatedAt)
            case .expiresAt: comesBefore { $0.settings.expiresAt ?? .max }
            case .bandwidthUp: comesBefore { Self.places[$0.settings.bandwidthUp] ?? -1 }
            case .bandwidthDown: comesBefore { Self.places[$0.settings.bandwidthDown] ?? -1 }
            }
        #expect(seen == expected, "seed \(seed)")
    }

    @Test func aLimitOrACursorThatNoPageGaveIsRefused() async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft())
        for limit in [0, -1, PeerQuery.maximumLimit + 1] {
            let error = try await storeError { try await store.peers(in: network.id, PeerQuery(limit: limit)) }
            #expect(error.field == "limit")
        }
        for (order, cursor) in [(.id, "no cursor"), (.name, "x"), (.address, "1 x"), (.address, "3")]
            as [(PeerQuery.Order, String)]
        {
            let query = PeerQuery(order: order, cursor: cursor)
            let error = try await storeError { try await store.peers(in: network.id, query) }
            #expect(error.field == "cursor", "\(cursor)")
        }
    }

    /// Catches a condition that is left out where others stand, and one that takes part of a tag for a tag.
    @Test func whatAListKeepsHoldsForEveryOrderAndForTheKeys() async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft(mode: .siteToSite))
        for index in 0..<12 {
            var draft = try peerDraft("peer \(index)")
            draft.settings.tags = index % 2 == 0 ? ["blue", "light-blue"] : ["light-blue"]
            draft.settings.enabled = index % 3 != 0
            draft.settings.expiresAt = index < 8 ? 4_000_000_000 + Int64(index) : nil
            if index == 4 {
                draft.settings.role = .siteGateway
                draft.settings.siteNetworks = [try IPPrefix("192.168.4.0/24")]
            }
            _ = try await store.createPeer(in: network.id, draft)
        }
        func expect(_ ids: [Int64], _ change: (inout PeerQuery) -> Void) async throws {
            for order in PeerQuery.Order.allCases {
                for limit in [2, 100] {
                    var query = PeerQuery(order: order, limit: limit)
                    change(&query)
                    var seen: [Int64] = []
                    repeat {
                        let page = try await store.peers(in: network.id, query)
                        seen += page.peers.map(\.id)
                        query.cursor = page.nextCursor
                    } while query.cursor != nil
                    #expect(seen.sorted() == ids, "\(order)")
                    #expect(try await store.peerKeys(in: network.id, query).map(\.id).sorted() == ids)
                }
            }
        }
        try await expect([1, 3, 5, 7, 9, 11]) { $0.tag = "blue" }
        try await expect([]) { $0.tag = "light" }
        try await expect([]) { $0.tag = "blue\",\"light-blue" }
        try await expect([3, 5, 9, 11]) { ($0.tag, $0.enabled) = ("blue", true) }
        try await expect([1, 4, 7, 10]) { $0.enabled = false }
        try await expect([2, 3, 5]) { $0.expiringBefore = 4_000_000_005 }
        try await expect([]) { $0.expiringBefore = 4_000_000_000 }
        try await expect([5]) { ($0.role, $0.filter) = (.siteGateway, "PEER") }
        try await expect([]) { ($0.role, $0.filter) = (.siteGateway, "peer 1") }
        try await expect([2, 11, 12]) { $0.filter = "peer 1" }
        try await expect([11]) { $0.filter = "10.8.0.12" }
    }

    /// Catches a filter that takes the text for a pattern, or misses a column.
    @Test func theFilterLooksWherePeopleLook() async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft(subnet6: "fd00::/64"))
        var draft = try peerDraft("Élan 100%")
        draft.settings.email = "Someone@Example.org"
        draft.settings.tags = ["Blue", "büro"]
        let peer = try await store.createPeer(in: network.id, draft).peer
        _ = try await store.createPeer(in: network.id, peerDraft("other"))
        let key = peer.publicKey.description
        let addresses = ["10.8.0.2", "fd00::2"]
        for text in ["éLAN", "100%", "someone@", "blue", "BÜRO", "lue", String(key.prefix(12)), key] + addresses {
            #expect(try await store.peers(in: network.id, PeerQuery(filter: text)).peers == [peer], "\(text)")
        }
        for length in 1...44 {
            let found = try await store.peers(in: network.id, PeerQuery(filter: String(key.prefix(length)))).peers
            #expect(found.contains(peer), "the first \(length) digits of \(key)")
        }
        let other = String(key.dropLast(2)) + (key.dropLast().last == "A" ? "E=" : "A=")
        // Neither what tags are stored with.
        let syntax = ["[", "]", "\"", ",", "\",\"", "[\"blue", "é\""]
        let others = ["%%", "1_0", "nobody", other, String(key.dropLast(2)) + "=", "=", "'", "\\"]
        for text in others + syntax {
            #expect(try await store.peers(in: network.id, PeerQuery(filter: text)).peers == [], "\(text)")
        }
        #expect(try await store.peers(in: network.id, PeerQuery(filter: "")).peers.count == 2)
        let page = try await store.peers(in: network.id, PeerQuery(limit: 1, filter: "10.8.0."))
        #expect(page.nextCursor != nil)
        let rest = try await store.peers(
            in: network.id, PeerQuery(cursor: page.nextCursor, limit: 1, filter: "10.8.0."))
        #expect(rest.nextCursor == nil && rest.peers.count == 1)
    }

    /// Catches a full disk that leaves half a batch, or that is reported as something else.
    @Test func aFullDiskChangesNothing() async throws {
        let folder = try TemporaryDirectory()
        defer { withExtendedLifetime(folder) {} }
        let store = try StateStore.open(directory: folder.path)
        let network = try await store.createNetwork(networkDraft(subnet: "10.8.0.0/20"))
        // SQLite answers its own limit on pages as it answers a full disk.
        try await store.sql("PRAGMA max_page_count = 40")
        var generator = SeededGenerator(seed: 2)
        var drafts: [PeerDraft] = []
        for index in 0..<1000 { drafts.append(try quickDraft("p\(index)", &generator)) }
        let error = try await storeError { [drafts] in try await store.createPeers(in: network.id, drafts) }
        #expect(error.code == .diskFull)
        #expect(error.message.contains(folder.path))
        #expect(try await store.peerCount(in: network.id) == 0)
        try await store.sql("PRAGMA max_page_count = 100000")
        #expect(try await store.createPeers(in: network.id, drafts).count == 1000)
        try await store.expectSound()
        try store.close()
    }

    /// Catches a cancelled call that still changed something, and one that blocks the store for others.
    @Test func aCancelledCallChangesNothing() async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft())
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await storeError { try await store.createPeer(in: network.id, peerDraft("a")) }
        }
        task.cancel()
        #expect(try await task.value.code == .cancelled)
        #expect(try await store.peerCount(in: network.id) == 0)
    }
}
