import Testing
import WGPilotCore

@testable import WGPilotStore

@Suite struct IdempotencyTests {
    private static func key(
        _ key: String = "k1", caller: String = "uid:1000", method: String = "m", message: [UInt8] = [1]
    ) throws -> IdempotencyKey {
        try #require(IdempotencyKey(caller: caller, key: key, method: method, message: message))
    }

    private static func options(_ key: IdempotencyKey) -> WriteOptions {
        var options = WriteOptions.audited()
        options.idempotency = key
        return options
    }

    /// Catches a second object, and an entry of the log for what was not done a second time.
    @Test func aRepeatedCreationMakesNothing() async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft(), options: Self.options(Self.key("n")))
        let peer = try await store.createPeer(in: network.id, peerDraft("a"), options: Self.options(Self.key())).peer
        #expect(try await store.object(of: Self.key()) == peer.id)
        #expect(try await store.object(of: Self.key("n")) == network.id)
        let log = try await store.log().count
        let error = try await storeError {
            try await store.createPeer(in: network.id, peerDraft("b"), options: Self.options(Self.key()))
        }
        #expect(error.code == .alreadyDone)
        #expect(try await store.log().count == log)
        // What the first one made and what became of it since is another matter.
        _ = try await store.deletePeer(in: network.id, peer.id)
        #expect(try await store.object(of: Self.key()) == peer.id)
    }

    /// Catches keys of one caller that answer another's requests, and a key that is taken for another request.
    @Test func aKeyBelongsToACallerAMethodAndAMessage() async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft())
        _ = try await store.createPeer(in: network.id, peerDraft("a"), options: Self.options(Self.key()))
        #expect(try await store.object(of: Self.key(caller: "uid:1001")) == nil)
        #expect(try await store.object(of: Self.key(caller: "token:1000")) == nil)
        #expect(try await store.object(of: Self.key("K1")) == nil)
        for other in [try Self.key(message: [2]), try Self.key(method: "other")] {
            #expect(try await storeError { try await store.object(of: other) }.code == .idempotencyMismatch)
            let error = try await storeError {
                try await store.createPeer(in: network.id, peerDraft("b"), options: Self.options(other))
            }
            #expect(error.code == .idempotencyMismatch)
        }
        _ = try await store.createPeer(
            in: network.id, peerDraft("b"), options: Self.options(Self.key(caller: "uid:1001")))
        #expect(try await store.peerCount(in: network.id) == 2)
    }

    /// Catches a key that a failed or rehearsed creation uses up.
    @Test func onlyASuccessUsesAKeyUp() async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft())
        _ = try await store.createPeer(in: network.id, peerDraft("a"))
        _ = try await storeError {
            try await store.createPeer(in: network.id, peerDraft("a"), options: Self.options(Self.key()))
        }
        var rehearsal = WriteOptions(dryRun: Rehearsal())
        rehearsal.idempotency = try Self.key()
        _ = try await store.createPeer(in: network.id, peerDraft("b"), options: rehearsal)
        #expect(try await store.object(of: Self.key()) == nil)
        _ = try await store.createPeer(in: network.id, peerDraft("b"), options: Self.options(Self.key()))
    }

    /// Catches keys that are kept for ever, or given up before their day is over, also by a new process.
    @Test func aKeyLivesForADay() async throws {
        let folder = try TemporaryDirectory()
        defer { withExtendedLifetime(folder) {} }
        let clock = TestClock()
        let start = clock.now
        var store = try StateStore.open(directory: folder.path, now: clock.clock)
        let network = try await store.createNetwork(networkDraft())
        _ = try await store.createPeer(in: network.id, peerDraft("a"), options: Self.options(Self.key()))
        try store.close()
        store = try StateStore.open(directory: folder.path, now: clock.clock)
        clock.now = start + 86_399
        #expect(try await store.object(of: Self.key()) != nil)
        clock.now = start + 86_400
        #expect(try await store.object(of: Self.key()) == nil)
        _ = try await store.createPeer(in: network.id, peerDraft("b"), options: Self.options(Self.key("k2")))
        #expect(try await store.rows("SELECT key FROM idempotency") == ["k2"])
        _ = try await store.createPeer(in: network.id, peerDraft("c"), options: Self.options(Self.key()))
        clock.now = .min
        #expect(try await store.object(of: Self.key()) != nil, "a clock that was set back forgets nothing")
        try store.close()
    }

    /// Catches two objects of two requests that come at once.
    @Test func ofConcurrentCreationsOneWins() async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft())
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<20 {
                group.addTask {
                    let made = try? await store.createPeer(
                        in: network.id, peerDraft("p\(number)"), options: Self.options(Self.key()))
                    return made != nil
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.count { $0 } == 1)
        #expect(try await store.peerCount(in: network.id) == 1)
    }

    @Test(arguments: ["", " ", "a b", "ä", "a\n", String(repeating: "a", count: 65), "a/b"])
    func aMalformedKeyIsNone(text: String) {
        #expect(IdempotencyKey(caller: "uid:0", key: text, method: "m", message: []) == nil)
        #expect(IdempotencyKey(caller: "u", key: String(repeating: "Z", count: 64), method: "m", message: []) != nil)
    }
}
