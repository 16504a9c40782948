import Testing
import WGPilotCore

@testable import WGPilotDaemon

@Suite("What is known of an interface")
struct KnownInterfaceTests {
    private static func key(_ byte: UInt8) throws -> PublicKey {
        try #require(PublicKey(bytes: [UInt8](repeating: byte, count: 32)))
    }

    @Test("a block that another peer claims is known to have left the first, as in the kernel")
    func claimedBlock() throws {
        let (a, b) = (try Self.key(1), try Self.key(2))
        let (x, y) = (try IPPrefix("10.8.0.2/32"), try IPPrefix("10.8.0.3/32"))
        var observed = ObservedInterface(name: try InterfaceName("wg0"), mtu: 1420)
        observed.peers[a] = ObservedPeer(publicKey: a, allowedIPs: [x])
        var known = KnownInterface(observed)
        // The second peer's change is served first: it takes x, which the first is about to leave for y.
        known.set(ObservedPeer(publicKey: b, allowedIPs: [x]), for: b)
        #expect(known.state.peers[a]?.allowedIPs == [])
        let desired = DesiredPeer(
            publicKey: a, presharedKey: nil, allowedIPs: [y], persistentKeepalive: 0, endpoint: nil)
        let changes = PeerChange.between(observed: known.state.peers, desired: [a: desired], keys: [a])
        guard changes.count == 1, case .update(let update)? = changes.first else {
            Issue.record("the change is not one update: \(changes)")
            return
        }
        #expect(update.removedAllowedIPs.isEmpty && update.addedAllowedIPs == [y])
    }

    @Test("a peer that goes leaves its blocks to whoever claims them next, and takes none along that it lost")
    func removedPeer() throws {
        let (a, b) = (try Self.key(1), try Self.key(2))
        let x = try IPPrefix("10.8.0.2/32")
        var observed = ObservedInterface(name: try InterfaceName("wg0"), mtu: 1420)
        observed.peers[a] = ObservedPeer(publicKey: a, allowedIPs: [x])
        var known = KnownInterface(observed)
        known.set(ObservedPeer(publicKey: b, allowedIPs: [x]), for: b)
        known.set(nil, for: a)
        #expect(known.state.peers[b]?.allowedIPs == [x] && known.state.peers[a] == nil)
    }
}
