import GRDB
import Synchronization
import Testing
import WGPilotCore
import WGPilotTestSupport

@testable import WGPilotStore

@Suite struct PeerSearchTests {
    private static let texts = [
        "anna", "ANNA-1", "b7", "10.8.1.", "10.8.0.9", "fd00:8::1", "example.org", "Straße", "ÜBER", "J\u{FC}R", "jur",
        "ju\u{308}rgen", "staff", "\"", "+",
        "A",
    ]

    /// Whether a peer has a text, as ``PeerQuery/filter`` has it.
    private static func has(_ peer: Peer, _ text: String, _ network: Network) -> Bool {
        // Swift finds texts by what is read, not by code points: u is no part of ü.
        let needle = text.lowercased()
        return ([peer.settings.name.description, peer.settings.email] + peer.settings.tags)
            .contains { $0.lowercased().contains(needle) }
            || (network.settings.addressPlan?.addresses(peer.hostNumber) ?? []).contains {
                $0.description.contains(needle)
            }
            || peer.publicKey.description.hasPrefix(text)
    }

    private static func settings(_ index: Int, _ generator: inout SeededGenerator) throws -> PeerSettings {
        let names = ["Anna", "b", "Übermut", "straße", "Ju\u{308}rgen", "x+y"]
        let name = names.randomElement(using: &generator) ?? ""
        var settings = PeerSettings(name: try DisplayName("\(name)-\(index)"))
        if Bool.random(using: &generator) { settings.email = "user\(index)@Example.org" }
        settings.enabled = Int.random(in: 0..<4, using: &generator) > 0
        settings.tags = ["staff", "gäste", "anna"].filter { _ in Int.random(in: 0..<8, using: &generator) == 0 }
        return settings
    }

    /// Catches a search in memory that misses a peer, or keeps one, which reading all rows would not: after changes of
    /// every kind, and one that is taken back.
    @Test func aSearchInALargeNetworkFindsWhatHasTheTextNow() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft(subnet: "10.8.0.0/20", subnet6: "fd00:8::/64"))
        var drafts: [PeerDraft] = []
        for index in 0..<1100 {
            var draft = try quickDraft("p", &generator)
            draft.settings = try Self.settings(index, &generator)
            drafts.append(draft)
        }
        _ = try await store.createPeers(in: network.id, drafts)
        for step in 0..<30 {
            let all = try await store.peers(in: network.id, PeerQuery(limit: PeerQuery.maximumLimit)).peers
            let one = try #require(all.randomElement(using: &generator))
            switch step % 5 {
            case 0:
                let settings = try Self.settings(2000 + step, &generator)
                _ = try await store.updatePeer(in: network.id, one.id) { $0.settings = settings }
            case 1: _ = try await store.deletePeer(in: network.id, one.id)
            case 2:
                var draft = try quickDraft("p", &generator)
                draft.settings = try Self.settings(2000 + step, &generator)
                _ = try await store.createPeer(in: network.id, draft)
            case 3:
                let options = WriteOptions(confirmWithin: .seconds(60))
                let settings = try Self.settings(3000 + step, &generator)
                _ = try await store.updatePeer(in: network.id, one.id, options: options) { $0.settings = settings }
                _ = try await store.peers(in: network.id, PeerQuery(filter: "anna"))
                _ = try await store.undoPendingChange()
            default: break
            }
            let now = try await store.peers(in: network.id, PeerQuery(limit: PeerQuery.maximumLimit)).peers
            let orders = PeerQuery.Order.allCases
            let some = Self.texts.shuffled(using: &generator).prefix(3)
            var query = PeerQuery(order: orders[step % orders.count], limit: PeerQuery.maximumLimit)
            query.isDescending = step % 3 == 0
            // Without a text nothing is looked up: SQL alone puts them in order.
            let ordered = try await store.peers(in: network.id, query).peers
            query.limit = [7, 40, 300][step % 3]
            if step % 4 == 0 { query.enabled = true }
            for text in Array(some) + [
                "-20", String(one.publicKey.description.prefix(3)), one.settings.name.description,
            ] {
                query.filter = text
                let expected = ordered.filter {
                    Self.has($0, text, network) && (query.enabled == nil || $0.settings.enabled)
                }
                let found = try await Self.everyPage(store, network.id, query)
                #expect(found.map(\.id) == expected.map(\.id), "\(text), seed \(seed), step \(step)")
                let keys = try await store.peerKeys(in: network.id, query)
                #expect(Set(keys.map(\.id)) == Set(expected.map(\.id)), "\(text), seed \(seed), step \(step)")
            }
            var tagged = PeerQuery(limit: PeerQuery.maximumLimit)
            tagged.tag = "staff"
            let expected = now.filter { $0.settings.tags.contains("staff") }
            #expect(try await store.peers(in: network.id, tagged).peers == expected, "seed \(seed), step \(step)")
        }
        #expect(try await Self.lookup(store, network.id) != nil, "the searches read all rows")
    }

    /// Catches a page that leaves out or repeats peers, because the one that it goes on behind is elsewhere by now: changed
    /// since its page was read, gone, or changed before anything of the network was looked up.
    @Test(arguments: [false, true])
    func aPageOfASearchGoesOnWhereTheLastOneEnded(isDescending: Bool) async throws {
        let (store, network) = try await Self.network(of: 1200) { index, draft in
            draft.settings.name = try name("\(index % 4 == 0 ? "anna" : "b")-\(index)")
            draft.settings.email = "\(index * 7919 % 1200 + 5000)@example.org"
        }
        var query = PeerQuery(order: .email, limit: 10, filter: "anna")
        query.isDescending = isDescending
        func behind(_ value: String, _ id: Int64) async throws -> [Int64] {
            let all = try await store.peers(in: network.id, PeerQuery(limit: PeerQuery.maximumLimit)).peers
            let places = all.filter { $0.settings.name.description.hasPrefix("anna") }
                .map { (email: $0.settings.email, id: $0.id) }
            return
                (isDescending
                ? places.filter { $0 < (value, id) }.sorted { $0 > $1 }
                : places.filter { $0 > (value, id) }.sorted { $0 < $1 })
                .prefix(10).map(\.id)
        }
        for email in ["0@example.org", "9999@example.org", nil] {
            let first = try await store.peers(in: network.id, query)
            let last = try #require(first.peers.last)
            if let email {
                _ = try await store.updatePeer(in: network.id, last.id) { $0.settings.email = email }
            } else {
                _ = try await store.deletePeer(in: network.id, last.id)
            }
            var next = query
            next.cursor = first.nextCursor
            let second = try await store.peers(in: network.id, next).peers.map(\.id)
            #expect(try await second == behind(last.settings.email, last.id))
            // A page from anywhere, of a peer that nothing is known to have changed of.
            let other = try #require(first.peers.first)
            next.cursor = PeerCursor(id: other.id, value: "5500@example.org").text
            let third = try await store.peers(in: network.id, next).peers.map(\.id)
            #expect(try await third == behind("5500@example.org", other.id))
        }
        #expect(try await Self.lookup(store, network.id) != nil, "the searches read all rows")
    }

    /// Catches a search that reads the order of all peers for the sake of a few rows, and one that reads these again and
    /// again.
    @Test func theOrderOfAllPeersIsReadOnceSearchesHaveReadAsMuchWithoutIt() async throws {
        let (store, network) = try await Self.network(of: 1600) { index, draft in
            draft.settings.name = try name("\(index % 32 == 0 ? "anna" : "b")-\(index)")
        }
        let plan = try AddressPlan(subnet: prefix("10.8.0.0/20"), subnet6: nil)
        // Fifty rows each time, of 1,600; a hundred and more are looked at by number in any case.
        for search in 1...5 {
            let page = try await store.peers(in: network.id, PeerQuery(order: .name, limit: 10, filter: "anna"))
            let expected = (0..<50).map { "anna-\($0 * 32)" }.sorted().prefix(10)
            #expect(page.peers.map(\.settings.name.description) == Array(expected))
            let lookup = try #require(try await Self.lookup(store, network.id))
            let found = try #require(
                store.texts.candidates("anna", lookup, plan, order: .name, atMost: 100))
            #expect((found.ranks != nil) == (search >= 5), "search \(search)")
            #expect(store.texts.candidates("anna", lookup, plan, order: .email, atMost: 100)?.ranks == nil)
        }
    }

    /// Catches a search that takes a text for what is before its first zero, as SQL does.
    @Test(arguments: [10, 1100]) func aTextWithAZeroIsFoundNowhere(count: Int) async throws {
        let (store, network) = try await Self.network(of: count) { index, draft in
            draft.settings.name = try name("anna-\(index)")
            draft.settings.tags = ["staff"]
        }
        for text in ["\0", "\0\0", "anna\0", "anna\0x", "\0anna"] {
            #expect(try await store.peers(in: network.id, PeerQuery(filter: text)).peers.isEmpty)
            #expect(try await store.peerKeys(in: network.id, PeerQuery(filter: text)).isEmpty)
        }
        var query = PeerQuery(limit: PeerQuery.maximumLimit)
        query.tag = "staff\0"
        #expect(try await store.peers(in: network.id, query).peers.isEmpty)
        query.tag = "staff"
        #expect(try await store.peers(in: network.id, query).peers.count == count)
    }

    /// Catches a search that forgets keys because there are more of them than rows it wants to look at.
    @Test func allPeersWhoseKeysBeginWithATextAreFound() async throws {
        var generator = SeededGenerator(seed: 3)
        let (store, network) = try await Self.network(of: 1000) { index, draft in
            guard index % 20 == 0 else { return }
            let bytes = [0, 0, 0] + (3..<32).map { _ in UInt8.random(in: 1...255, using: &generator) }
            draft.keys = .publicKey(try #require(PublicKey(bytes: bytes)))
        }
        let made = try await store.peers(in: network.id).peers
        let expected = made.filter { $0.publicKey.description.hasPrefix("AAAA") }
        #expect(expected.count >= 50)
        let query = PeerQuery(order: .name, limit: 2, filter: "AAAA")
        let found = try await Self.everyPage(store, network.id, query)
        #expect(Set(found.map(\.id)) == Set(expected.map(\.id)))
        #expect(found.count == expected.count)
    }

    /// A network with so many peers.
    private static func network(
        of count: Int, _ change: (_ index: Int, inout PeerDraft) throws -> Void
    ) async throws -> (StateStore, Network) {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft(subnet: "10.8.0.0/20"))
        var generator = SeededGenerator(seed: 5)
        var drafts: [PeerDraft] = []
        for index in 0..<count {
            var draft = try quickDraft("p\(index)", &generator)
            try change(index, &draft)
            drafts.append(draft)
        }
        _ = try await store.createPeers(in: network.id, drafts)
        return (store, network)
    }

    private static func everyPage(
        _ store: StateStore, _ networkID: Int64, _ query: PeerQuery
    ) async throws -> [Peer] {
        var query = query
        var found: [Peer] = []
        repeat {
            let page = try await store.peers(in: networkID, query)
            found += page.peers
            query.cursor = page.nextCursor
        } while query.cursor != nil
        return found
    }

    private static func lookup(
        _ store: StateStore, _ networkID: Int64, _ catalog: PeerTextCatalog? = nil
    ) async throws -> PeerTextCatalog.Lookup? {
        try await (catalog ?? store.texts).lookup(in: networkID) { body throws(StoreError) in try await store.read(body)
        }
    }

    /// Runs something once a commit can be seen, before other observers that were added later are told of it.
    private final class CommitProbe: TransactionObserver, Sendable {
        private let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) { self.body = body }

        func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { true }
        func databaseDidChange(with event: DatabaseEvent) {}
        func databaseDidCommit(_ db: Database) { body() }
        func databaseDidRollback(_ db: Database) {}
    }

    /// Catches a search that misses a peer because it runs between a commit and the news of it.
    @Test func whatIsOnTheDiskButNotToldYetIsFound() async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft())
        let peer = try await store.createPeer(in: network.id, peerDraft("before")).peer
        let catalog = PeerTextCatalog(leastPeers: 1)
        let found = Mutex<[[Int64]?]>([])
        let lookup = Mutex<PeerTextCatalog.Lookup?>(nil)
        let plan = try AddressPlan(subnet: prefix("10.8.0.0/24"), subnet6: nil)
        store.writer.add(
            transactionObserver: CommitProbe {
                guard let lookup = lookup.withLock({ $0 }) else { return }
                found.withLock { $0.append(catalog.candidates("after", lookup, plan, atMost: 10)?.candidates.ids) }
            }, extent: .databaseLifetime)
        // One of its own, which is told after the probe.
        let commits = CommitObserver()
        catalog.listen(to: commits)
        store.writer.add(transactionObserver: commits, extent: .databaseLifetime)
        let made = try #require(try await Self.lookup(store, network.id, catalog))
        lookup.withLock { $0 = made }
        #expect(catalog.candidates("after", made, plan, atMost: 10)?.candidates.ids == [])
        let after = try name("after")
        _ = try await store.updatePeer(in: network.id, peer.id) { $0.settings.name = after }
        #expect(found.withLock { $0 } == [[peer.id]])
        #expect(catalog.candidates("after", made, plan, atMost: 10)?.candidates.ids == [peer.id])
    }

    /// Catches what is known of texts that outlives what it was read from.
    @Test func aLookupIsNotUsedOnceManyPeersOrTheAddressesChanged() async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft(subnet: "10.8.0.0/20"))
        _ = try await store.createPeer(in: network.id, peerDraft("a"))
        let catalog = PeerTextCatalog(leastPeers: 1)
        catalog.listen(to: store.commits)
        let plan = try AddressPlan(subnet: prefix("10.8.0.0/20"), subnet6: nil)
        let other = try AddressPlan(subnet: prefix("10.9.0.0/20"), subnet6: nil)
        let first = try #require(try await Self.lookup(store, network.id, catalog))
        #expect(catalog.candidates("a", first, other, atMost: 10)?.candidates.ids == nil)
        #expect(catalog.candidates("a", first, plan, atMost: 10)?.candidates.ids == nil, "it is forgotten")
        let second = try #require(try await Self.lookup(store, network.id, catalog))
        #expect(catalog.candidates("a", second, plan, atMost: 10)?.candidates.ids.count == 1)
        #expect(catalog.candidates("a", second, plan, atMost: 0)?.candidates.ids == nil, "more than wanted")
        var generator = SeededGenerator(seed: 1)
        var drafts: [PeerDraft] = []
        for index in 0..<300 { drafts.append(try quickDraft("p\(index)", &generator)) }
        _ = try await store.createPeers(in: network.id, drafts)
        #expect(catalog.candidates("a", second, plan, atMost: 10)?.candidates.ids == nil)
        let third = try #require(try await Self.lookup(store, network.id, catalog))
        #expect(third.block.count == 301)
        #expect(try await Self.lookup(store, network.id + 1, catalog) == nil, "there is no such network")
    }

    /// Catches a search that knows which rows may match and reads all of them nevertheless.
    @Test func aNarrowedSelectionReadsItsRowsAlone() async throws {
        let store = try StateStore.inMemory()
        // With a limit of 1 they are many more than the page.
        for (order, limit) in PeerQuery.Order.allCases.flatMap({ [($0, 1), ($0, 1000)] }) {
            let query = PeerQuery(order: order, limit: limit, filter: "anna")
            let selection = PeerSelection(query, in: 1).narrowed(to: [3, 5, 7])
            let steps = try await store.read { db in
                try Row.fetchAll(
                    db, sql: "EXPLAIN QUERY PLAN \(selection.page(from: nil))",
                    arguments: selection.arguments(from: nil)
                ).map { $0["detail"] as String }
            }
            let reads = steps.filter { $0.contains(" peer ") }
            #expect(!reads.isEmpty)
            #expect(reads.allSatisfy { $0 == "SEARCH peer USING INTEGER PRIMARY KEY (rowid=?)" }, "\(order): \(steps)")
        }
    }
}
