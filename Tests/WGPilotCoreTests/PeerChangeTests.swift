import Testing
import WGPilotCore
import WGPilotTestSupport

@Suite("The change of one peer")
struct PeerChangeTests {
    private let samples: ReconcileSamples

    init() throws {
        samples = try ReconcileSamples()
    }

    /// The update between two states of one peer; nil where there is none.
    private func update(
        _ observe: (inout ObservedPeer) -> Void = { _ in }, _ desire: (inout DesiredPeer) -> Void = { _ in }
    ) throws -> PeerUpdate? {
        let key = samples.publicKeys[0]
        var old = ObservedPeer(
            publicKey: key, presharedKey: samples.presharedKeys[0], allowedIPs: [samples.blocks[0]],
            persistentKeepalive: 25, status: PeerStatus(endpoint: samples.endpoints[0]))
        var new = DesiredPeer(
            publicKey: key, presharedKey: samples.presharedKeys[0], allowedIPs: [samples.blocks[0]],
            persistentKeepalive: 25, endpoint: nil)
        observe(&old)
        desire(&new)
        let changes = PeerChange.between(observed: [key: old], desired: [key: new], keys: [key])
        guard let first = changes.first else { return nil }
        guard changes.count == 1, case .update(let update) = first else {
            Issue.record("\(changes)")
            return nil
        }
        return update
    }

    @Test("a peer that is as it should be is not touched: its session stays")
    func equal() throws {
        #expect(try update() == nil)
    }

    @Test("keepalive 25 to 0 turns it off and says nothing else", arguments: [0, 1, 65535] as [UInt16])
    func keepalive(seconds: UInt16) throws {
        let update = try #require(
            try update { _ in
            } _: {
                $0.persistentKeepalive = seconds
            })
        #expect(update.persistentKeepalive == seconds)
        #expect(update.presharedKey == nil)
        #expect(update.endpoint == nil)
        #expect(update.addedAllowedIPs.isEmpty && update.removedAllowedIPs.isEmpty)
    }

    @Test("a preshared key that goes is cleared, one that comes or changes is set")
    func presharedKey() throws {
        let cleared = try #require(
            try update { _ in
            } _: {
                $0.presharedKey = nil
            })
        guard case .clear? = cleared.presharedKey else {
            Issue.record("not cleared")
            return
        }
        #expect(cleared.persistentKeepalive == nil)
        for old in [nil, samples.presharedKeys[1]] {
            let set = try #require(try update { $0.presharedKey = old })
            guard case .set(let key)? = set.presharedKey else {
                Issue.record("not set")
                return
            }
            #expect(key == samples.presharedKeys[0])
        }
    }

    @Test("an endpoint is told only to a kernel that knows none, for peers roam")
    func endpoint() throws {
        let wanted = samples.endpoints[1]
        #expect(
            try update { _ in
            } _: {
                $0.endpoint = wanted
            } == nil)
        let first = try #require(
            try update {
                $0.status.endpoint = nil
            } _: {
                $0.endpoint = wanted
            })
        #expect(first.endpoint == wanted)
        #expect(first.presharedKey == nil)
        #expect(try update { $0.status.endpoint = nil } == nil)
    }

    @Test("only the allowed IPs that differ are named")
    func allowedIPs() throws {
        let blocks = samples.blocks
        let added = try #require(
            try update { _ in
            } _: {
                $0.allowedIPs = [blocks[0], blocks[2], blocks[1]]
            })
        #expect(added.addedAllowedIPs == [blocks[1], blocks[2]])
        #expect(added.removedAllowedIPs.isEmpty)
        let removed = try #require(try update { $0.allowedIPs = [blocks[0], blocks[4]] })
        #expect(removed.removedAllowedIPs == [blocks[4]])
        #expect(removed.addedAllowedIPs.isEmpty)
    }

    @Test("everything is freed before anything is claimed: removals, releases, updates, additions, each by key")
    func order() throws {
        let (keys, blocks) = (samples.publicKeys, samples.blocks)
        // 0 and 1 swap their blocks, 2 and 3 go, 4 and 5 come with what those had.
        let observed = [
            keys[0]: ObservedPeer(publicKey: keys[0], allowedIPs: [blocks[0]]),
            keys[1]: ObservedPeer(publicKey: keys[1], allowedIPs: [blocks[1]]),
            keys[2]: ObservedPeer(publicKey: keys[2], allowedIPs: [blocks[2]]),
            keys[3]: ObservedPeer(publicKey: keys[3], allowedIPs: [blocks[3]]),
        ]
        let desired = Dictionary(
            uniqueKeysWithValues: [(0, 1), (1, 0), (4, 2), (5, 3)].map { key, block in
                (
                    keys[key],
                    DesiredPeer(
                        publicKey: keys[key], presharedKey: nil, allowedIPs: [blocks[block]], persistentKeepalive: 0,
                        endpoint: nil)
                )
            })
        for keysInAnyOrder in [keys, keys.reversed(), [3, 0, 5, 2, 1, 4].map { keys[$0] }] {
            let changes = PeerChange.between(observed: observed, desired: desired, keys: keysInAnyOrder)
            let kinds = changes.map { change in
                switch change {
                case .remove: "remove"
                case .add: "add"
                case .update(let update): update.removedAllowedIPs.isEmpty ? "claim" : "release"
                }
            }
            #expect(kinds == ["remove", "remove", "release", "release", "claim", "claim", "add", "add"])
            #expect(changes.map(\.publicKey) == [2, 3, 0, 1, 0, 1, 4, 5].map { keys[$0] })
        }
    }

    @Test("only the peers named are compared")
    func onlyTheNamed() throws {
        let keys = samples.publicKeys
        let observed = [keys[0]: ObservedPeer(publicKey: keys[0]), keys[1]: ObservedPeer(publicKey: keys[1])]
        let changes = PeerChange.between(observed: observed, desired: [:], keys: [keys[0], keys[2]])
        #expect(changes.map(\.publicKey) == [keys[0]])
    }

    @Test(
        "whichever peer is changed in whatever way, the change names that peer alone and brings it to what it should be",
        arguments: 1...20 as ClosedRange<UInt64>)
    func changesOnePeer(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let desired = samples.desired(&random)
            var device = samples.device(&random)
            device.exists = true
            let before = try #require(device.observed(samples.name))
            let key = samples.publicKeys[random.number(below: samples.publicKeys.count)]
            // A block that another peer has is refused before it comes to this.
            let taken = Set(before.peers.filter { $0.key != key }.values.flatMap(\.allowedIPs))
            var wanted = desired.peers
            wanted[key]?.allowedIPs.subtract(taken)

            let changes = PeerChange.between(observed: before.peers, desired: wanted, keys: [key])
            #expect(changes.allSatisfy { $0.publicKey == key })
            for change in changes { try device.apply(change) }
            #expect(device.thefts == 0)
            let after = try #require(device.observed(samples.name))
            #expect(after.peers[key]?.allowedIPs == wanted[key]?.allowedIPs)
            #expect(after.peers[key]?.presharedKey == wanted[key]?.presharedKey)
            #expect(after.peers[key]?.persistentKeepalive == wanted[key]?.persistentKeepalive)
            for (other, peer) in before.peers where other != key {
                #expect(after.peers[other]?.allowedIPs == peer.allowedIPs)
                #expect(after.peers[other]?.presharedKey == peer.presharedKey)
            }
            #expect(PeerChange.between(observed: after.peers, desired: wanted, keys: [key]).isEmpty)
        }
    }
}
