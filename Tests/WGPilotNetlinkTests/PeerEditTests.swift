import Testing
import WGPilotCore
import WGPilotTestSupport

@testable import WGPilotNetlink

@Suite("Edits of peers")
struct PeerEditTests {
    /// WireGuard's rules for one edit, from the description in linux/wireguard.h: who has which block.
    private struct Device {
        var peers: [PublicKey: Set<IPPrefix>] = [:]

        mutating func take(_ edit: PeerEdit) {
            if edit.removes {
                peers[edit.publicKey] = nil
                return
            }
            if peers[edit.publicKey] == nil {
                if edit.updatesOnly { return }
                peers[edit.publicKey] = []
            }
            if edit.replacesAllowedIPs { peers[edit.publicKey] = [] }
            for block in edit.allowedIPs {
                for key in peers.keys { peers[key]?.remove(block) }
                peers[edit.publicKey]?.insert(block)
            }
        }
    }

    @Test("any change ends where it should, whatever the parts that it is split in", arguments: 0..<30)
    func converges(_ number: UInt64) throws {
        var generator = SeededGenerator(seed: number)
        let keys = try (0..<6).map { _ in try #require(PublicKey(bytes: generator.bytes(32))) }
        let claimant = try #require(PublicKey(bytes: generator.bytes(32)))
        // Two partitions of the same blocks among the peers; a holder of -1 is nobody.
        var observed: [PublicKey: ObservedPeer] = [:]
        var desired: [PublicKey: DesiredPeer] = [:]
        for key in keys {
            if Bool.random(using: &generator) { observed[key] = ObservedPeer(publicKey: key) }
            if Bool.random(using: &generator) {
                desired[key] = DesiredPeer(
                    publicKey: key, presharedKey: nil, allowedIPs: [], persistentKeepalive: 0, endpoint: nil)
            }
        }
        for index in 0..<40 {
            let block = IPAddress.v4(IPv4Address(rawValue: UInt32(index))).hostPrefix
            let before = keys[Int.random(in: 0..<6, using: &generator)]
            let after = keys[Int.random(in: 0..<6, using: &generator)]
            observed[before]?.allowedIPs.insert(block)
            desired[after]?.allowedIPs.insert(block)
        }
        let changes = PeerChange.between(observed: observed, desired: desired, keys: keys)
        for limit in [1, 3, .max] {
            var device = Device(peers: observed.mapValues(\.allowedIPs))
            for edit in PeerEdit.groups(changes, limit: limit, claimant: claimant).joined() {
                #expect(edit.allowedIPs.count <= limit)
                if observed[edit.publicKey] != nil {
                    #expect(!edit.replacesAllowedIPs, "a live peer's allowed IPs are never cleared")
                }
                device.take(edit)
            }
            #expect(device.peers == desired.mapValues(\.allowedIPs), "\(generator), parts of \(limit)")
        }
    }

    @Test("blocks of many peers are taken away by one claimant")
    func sharedClaimant() throws {
        var generator = SeededGenerator(seed: 1)
        let changes = try (0..<100).map { number in
            var update = PeerUpdate(publicKey: try #require(PublicKey(bytes: generator.bytes(32))))
            update.removedAllowedIPs = [IPAddress.v4(IPv4Address(rawValue: UInt32(number))).hostPrefix]
            return PeerChange.update(update)
        }
        let groups = PeerEdit.groups(changes, limit: 512, claimant: PrivateKey.generate().publicKey)
        #expect(groups.count == 1 && groups[0].count == 2)
    }
}
