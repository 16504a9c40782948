import Testing
import WGPilotCore

@testable import WGPilotStore

@Suite struct WatchingTests {
    /// Collects what is told while the body runs: what was committed is told before the commit returns.
    private static func changes(
        _ store: StateStore, _ body: () async throws -> Void
    ) async throws -> [ChangedRows] {
        let stream = store.changes()
        try await body()
        // A mark that ends the collection.
        _ = try await store.createNetwork(networkDraft("mark", subnet: "10.255.0.0/24"))
        let mark = try await store.network(named: "mark").id
        var all: [ChangedRows] = []
        for await rows in stream {
            if rows.networks.contains(mark) { break }
            all.append(rows)
        }
        return all
    }

    /// Catches a change that a watcher would not hear of.
    @Test func eachWayToChangeIsTold() async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft()).id
        var peers: [Int64] = []
        let told = try await Self.changes(store) {
            peers.append(try await store.createPeer(in: network, peerDraft("a")).peer.id)
            peers.append(try await store.createPeer(in: network, peerDraft("b")).peer.id)
            _ = try await store.updatePeer(in: network, peers[0]) { $0.settings.notes = "n" }
            _ = try await store.deletePeer(in: network, peers[0])
            _ = try await store.setNetworkEnabled(network, false)
            // Its peers go with it, by the foreign key.
            _ = try await store.deleteNetwork(network)
        }
        func rows(_ networks: Set<Int64>, _ peers: Set<Int64>) -> ChangedRows {
            var rows = ChangedRows()
            (rows.networks, rows.peers) = (networks, peers)
            return rows
        }
        #expect(
            told == [
                // A network remembers where its next free address may be.
                rows([network], [peers[0]]), rows([network], [peers[1]]), rows([], [peers[0]]),
                rows([network], [peers[0]]), rows([network], []), rows([network], [peers[1]]),
            ])
    }

    /// Catches news of something that did not happen.
    @Test func whatIsTakenBackIsNotTold() async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft()).id
        _ = try await store.createPeer(in: network, peerDraft("a"))
        let told = try await Self.changes(store) {
            var options = WriteOptions()
            options.dryRun = Rehearsal(networks: nil)
            _ = try await store.createPeer(in: network, peerDraft("b"), options: options)
            // The name is taken.
            _ = try? await store.createPeer(in: network, peerDraft("a"))
        }
        #expect(told.isEmpty)
    }

    /// Catches an undo that a watcher would not hear of.
    @Test func anUndoIsToldLikeAnyChange() async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft()).id
        var peer: Int64 = 0
        let told = try await Self.changes(store) {
            var options = WriteOptions()
            options.confirmWithin = .seconds(60)
            peer = try await store.createPeer(in: network, peerDraft("a"), options: options).peer.id
            _ = try await store.undoPendingChange()
        }
        #expect(told.map(\.peers) == [[peer], []])
        #expect(told.map(\.mayBeAnything) == [false, true])
        #expect(try await store.peers([peer]).isEmpty)
    }
}
