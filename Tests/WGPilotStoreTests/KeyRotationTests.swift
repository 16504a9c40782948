import Testing
import WGPilotCore

@testable import WGPilotStore

@Suite struct KeyRotationTests {
    private static func store(
        _ clock: TestClock = TestClock(), _ change: (inout PeerDraft) -> Void = { _ in }
    ) async throws -> (store: StateStore, network: Network, made: CreatedPeer) {
        let store = try StateStore.inMemory(now: clock.clock)
        let network = try await store.createNetwork(networkDraft())
        var draft = try peerDraft("a")
        change(&draft)
        return (store, network, try await store.createPeer(in: network.id, draft))
    }

    /// Catches keys that stay, get lost, or are not those that the answer has.
    @Test func aRotationReplacesBothKeysAtOnce() async throws {
        let (store, network, made) = try await Self.store()
        let edited = try await store.rotateKeys(in: network.id, made.peer.id, KeyRotation())
        #expect(edited.before == made.peer)
        #expect(edited.after.publicKey != made.peer.publicKey)
        #expect(edited.secrets.privateKey?.publicKey == edited.after.publicKey)
        #expect(edited.secrets.presharedKey != nil && edited.secrets.presharedKey != made.secrets.presharedKey)
        #expect(try await store.secrets(ofPeer: made.peer.id) == edited.secrets)
        #expect(try await store.peer(in: network.id, made.peer.id) == edited.after)
        #expect(try await store.desiredPeer(in: network.id, made.peer.publicKey) == nil, "the old key is still wanted")
        #expect(
            try await store.desiredPeer(in: network.id, edited.after.publicKey)?.presharedKey
                == edited.secrets.presharedKey)
        try await store.expectSound()
    }

    /// Catches a preshared key that does not become what was asked for.
    @Test func thePresharedKeyBecomesWhatWasAskedFor() async throws {
        let given = PresharedKey.generate()
        for hadOne in [true, false] {
            let (store, network, made) = try await Self.store { if !hadOne { $0.presharedKey = .none } }
            let before = made.secrets.presharedKey
            func rotated(_ preshared: KeyRotation.Preshared) async throws -> PresharedKey? {
                var rotation = KeyRotation()
                rotation.presharedKey = preshared
                let edited = try await store.rotateKeys(in: network.id, made.peer.id, rotation)
                #expect(edited.after.hasPresharedKey == (edited.secrets.presharedKey != nil))
                #expect(try await store.secrets(ofPeer: made.peer.id).presharedKey == edited.secrets.presharedKey)
                return edited.secrets.presharedKey
            }
            #expect(try await rotated(.keep) == before)
            let renewed = try await rotated(.renew)
            #expect((renewed != nil) == hadOne && (renewed != before || !hadOne))
            #expect(try await rotated(.set(given)) == given)
            #expect(try await rotated(.remove) == nil)
            #expect(try await rotated(.renew) == nil, "it makes one where none is wanted")
            #expect(try await rotated(.generate) != nil)
        }
    }

    /// Catches prepared keys that work too early, or never, or are not those that were shown.
    @Test func preparedKeysTakeTheirPlaceWhenTheTimeIsUp() async throws {
        let clock = TestClock()
        let (store, network, made) = try await Self.store(clock)
        var rotation = KeyRotation()
        rotation.overlap = 3600
        let edited = try await store.rotateKeys(in: network.id, made.peer.id, rotation)
        let pending = try #require(edited.after.pendingKey)
        #expect(pending.activatesAt == clock.now + 3600)
        #expect(edited.after.publicKey == made.peer.publicKey)
        #expect(edited.secrets.privateKey?.publicKey == pending.publicKey)
        #expect(try await store.secrets(ofPeer: made.peer.id) == made.secrets, "the old keys are gone")
        #expect(try await store.nextPeerDeadline() == pending.activatesAt)
        let host = try EndpointHost("vpn.example.org")
        let shown = try await store.configuration(ofPeer: made.peer.id, in: network.id, defaultEndpointHost: host)
        #expect(shown.configuration.privateKey == edited.secrets.privateKey)
        #expect(shown.configuration.presharedKey == edited.secrets.presharedKey)

        clock.now += 3599
        #expect(try await store.activateDueKeys() == [:])
        clock.now += 1
        #expect(try await store.activateDueKeys() == [network.id: [made.peer.publicKey, pending.publicKey]])
        let after = try await store.peer(in: network.id, made.peer.id)
        #expect(after.publicKey == pending.publicKey && after.pendingKey == nil)
        #expect(try await store.secrets(ofPeer: made.peer.id) == edited.secrets)
        #expect(try await store.nextPeerDeadline() == nil)
        #expect(try await store.rows("SELECT count(*) FROM pendingKey") == ["0"])
    }

    /// Catches a switch by hand that does not switch, a cancellation that leaves something, and either without keys.
    @Test func preparedKeysAreActivatedAndCancelledByHand() async throws {
        let (store, network, made) = try await Self.store()
        let id = made.peer.id
        for body in [store.activateKeys, store.cancelKeys] {
            let error = try await storeError { try await body(network.id, id, WriteOptions()) }
            #expect(error.code == .failedPrecondition && error.message.contains("no new keys"))
        }
        var rotation = KeyRotation()
        rotation.overlap = 60
        _ = try await store.rotateKeys(in: network.id, id, rotation)
        let cancelled = try await store.cancelKeys(in: network.id, id)
        #expect(cancelled.after.pendingKey == nil && cancelled.after.publicKey == made.peer.publicKey)
        #expect(try await store.secrets(ofPeer: id) == made.secrets)
        let prepared = try await store.rotateKeys(in: network.id, id, rotation)
        let error = try await storeError {
            try await store.updatePeer(in: network.id, id) { $0.presharedKey = .generate }
        }
        #expect(error.code == .failedPrecondition, "what is prepared would take the new key away again")
        #expect(try await store.updatePeer(in: network.id, id) { $0.settings.notes = "n" }.after.pendingKey != nil)
        let activated = try await store.activateKeys(in: network.id, id)
        #expect(activated.after.publicKey == prepared.after.pendingKey?.publicKey)
        // A rotation without overlap drops what was prepared.
        _ = try await store.rotateKeys(in: network.id, id, rotation)
        let now = try await store.rotateKeys(in: network.id, id, KeyRotation())
        #expect(now.after.pendingKey == nil)
        #expect(try await store.rows("SELECT count(*) FROM pendingKey") == ["0"])
    }

    /// Catches a private key that is kept against the custody, and a custody that is not what it says.
    @Test func theCustodyIsWhatWasChosen() async throws {
        let (store, network, made) = try await Self.store { $0.holdsPrivateKey = false }
        #expect(made.peer.custody == .once && made.secrets.privateKey != nil)
        let id = made.peer.id
        #expect(try await store.secrets(ofPeer: id).privateKey == nil)
        let again = try await store.rotateKeys(in: network.id, id, KeyRotation())
        #expect(again.after.custody == .once && again.secrets.privateKey != nil)
        #expect(try await store.secrets(ofPeer: id).privateKey == nil)
        var rotation = KeyRotation()
        rotation.overlap = 60
        _ = try await store.rotateKeys(in: network.id, id, rotation)
        #expect(try await store.rows("SELECT nextPrivateKey IS NULL, nextShownOnce FROM pendingKey") == ["1|1"])
        #expect(try await store.activateKeys(in: network.id, id).after.custody == .once)
        rotation = KeyRotation()
        rotation.publicKey = PrivateKey.generate().publicKey
        #expect(try await store.rotateKeys(in: network.id, id, rotation).after.custody == .client)
        let error = try await storeError { try await store.rotateKeys(in: network.id, id, KeyRotation()) }
        #expect(error.code == .invalid && error.field == "public_key")
        rotation.custody = .held
        rotation.overlap = 0
        let faults = try await storeError { try await store.rotateKeys(in: network.id, id, rotation) }
        #expect(Set(faults.violations.map(\.field)) == ["custody", "overlap", "public_key"])
        rotation = KeyRotation()
        rotation.custody = .held
        #expect(try await store.rotateKeys(in: network.id, id, rotation).after.custody == .held)
        let forgotten = try await store.updatePeer(in: network.id, id) { $0.keys = .forgetPrivateKey }
        #expect(forgotten.after.custody == .once)
        #expect(try await store.secrets(ofPeer: id).privateKey == nil)
    }

    /// Catches a key that two peers of a network have, now or later.
    @Test func noKeyIsGivenTwice() async throws {
        let (store, network, made) = try await Self.store()
        let other = try await store.createPeer(in: network.id, peerDraft("b"))
        let next = PrivateKey.generate().publicKey
        var rotation = KeyRotation()
        rotation.publicKey = next
        rotation.overlap = 60
        _ = try await store.rotateKeys(in: network.id, made.peer.id, rotation)
        for key in [next, made.peer.publicKey, other.peer.publicKey] {
            rotation.publicKey = key
            let error = try await storeError { try await store.rotateKeys(in: network.id, other.peer.id, rotation) }
            #expect(error.code == .alreadyExists && error.field == "public_key")
            var draft = try peerDraft("c")
            draft.keys = .publicKey(key)
            let refused = try await storeError { [draft] in try await store.createPeer(in: network.id, draft) }
            #expect(refused.code == .alreadyExists && refused.field == "public_key")
        }
        rotation.publicKey = network.publicKey
        let error = try await storeError { try await store.rotateKeys(in: network.id, other.peer.id, rotation) }
        #expect(error.code == .invalid && error.field == "public_key")
    }

    /// Catches a rotation that cannot be taken back whole, and prepared keys that come while a change waits.
    @Test func aRotationIsUndoneWhole() async throws {
        let clock = TestClock()
        let (store, network, made) = try await Self.store(clock)
        var prepared = KeyRotation()
        prepared.overlap = 100
        _ = try await store.rotateKeys(in: network.id, made.peer.id, prepared)
        let before = try await store.dump()
        for rotation in [KeyRotation(), prepared] {
            _ = try await store.rotateKeys(
                in: network.id, made.peer.id, rotation, options: WriteOptions(confirmWithin: .seconds(3600)))
            #expect(try await store.dump() != before)
            clock.now += 200
            if rotation.overlap != nil {
                let error = try await storeError { try await store.activateDueKeys() }
                #expect(error.code == .failedPrecondition)
            }
            try await store.undoPendingChange()
            #expect(try await store.dump() == before)
        }
        let rehearsal = Rehearsal()
        _ = try await store.rotateKeys(
            in: network.id, made.peer.id, KeyRotation(), options: WriteOptions(dryRun: rehearsal))
        #expect(try await store.dump() == before)
        let outcome = try #require(rehearsal.outcome)
        #expect(outcome.after.interfaces[network.id]?.peers[made.peer.publicKey] == nil)
        try await store.expectSound()
    }

    /// Catches peers that are forgotten when a network's keys are made anew, or that lose keys which only the client has.
    @Test func aNetworksKeysAreMadeAnewInOneGo() async throws {
        let (store, network, held) = try await Self.store()
        var draft = try peerDraft("client")
        let key = PrivateKey.generate().publicKey
        draft.keys = .publicKey(key)
        let client = try await store.createPeer(in: network.id, draft)
        let alone = try await store.regenerateKeys(of: network.id, withPeers: false)
        #expect(alone.network.publicKey != network.publicKey && alone.rotatedPeers == 0)
        #expect(try await store.desiredInterface(network.id)?.privateKey.publicKey == alone.network.publicKey)
        #expect(try await store.network(network.id) == alone.network)
        #expect(try await store.secrets(ofPeer: held.peer.id) == held.secrets)

        let all = try await store.regenerateKeys(of: network.id, withPeers: true)
        #expect(all.rotatedPeers == 1 && all.keptPeers == 1 && all.network.publicKey != alone.network.publicKey)
        let (first, second) = try await (store.secrets(ofPeer: held.peer.id), store.secrets(ofPeer: client.peer.id))
        #expect(first.privateKey != held.secrets.privateKey && first.presharedKey != held.secrets.presharedKey)
        #expect(second.presharedKey != nil && second.presharedKey != client.secrets.presharedKey)
        #expect(try await store.peer(in: network.id, client.peer.id).publicKey == key)
        #expect(try await store.peer(in: network.id, held.peer.id).publicKey == first.privateKey?.publicKey)
    }

    /// Catches prepared keys that bring back the preshared key that was just replaced.
    @Test func aRegeneratedPresharedKeyStaysRegeneratedWhenPreparedKeysAreActivated() async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft())
        var draft = try peerDraft("own")
        draft.keys = .publicKey(PrivateKey.generate().publicKey)
        let peer = try await store.createPeer(in: network.id, draft).peer
        let old = try await store.secrets(ofPeer: peer.id).presharedKey
        var rotation = KeyRotation()
        rotation.publicKey = PrivateKey.generate().publicKey
        rotation.presharedKey = .keep
        rotation.overlap = 60
        _ = try await store.rotateKeys(in: network.id, peer.id, rotation)
        _ = try await store.regenerateKeys(of: network.id, withPeers: true)
        let between = try await store.secrets(ofPeer: peer.id).presharedKey
        _ = try await store.activateKeys(in: network.id, peer.id)
        let new = try await store.secrets(ofPeer: peer.id).presharedKey
        #expect(new?.revealed != old?.revealed && between?.revealed != old?.revealed && new != nil)
    }
}
