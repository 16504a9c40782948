import Testing
import WGPilotCore
import WGPilotTestSupport

@testable import WGPilotNetlink

@Suite("Requests to the WireGuard family")
struct WireGuardRequestsTests {
    static let claimant = PrivateKey.generate().publicKey

    private static func key(_ first: UInt8) throws -> PublicKey {
        try #require(PublicKey(bytes: (0..<32).map { first + $0 }))
    }

    @Test("a device is set byte by byte as wg(8) sets it")
    func golden() throws {
        let peer = DesiredPeer(
            publicKey: try Self.key(0xA0), presharedKey: PresharedKey(bytes: Array(0x40...0x5F)),
            allowedIPs: [try IPPrefix("10.8.0.2/32"), try IPPrefix("fd00::2/128")], persistentKeepalive: 25,
            endpoint: try SocketEndpoint("192.0.2.1:4500"))
        // RFC 7748 §5 clamps the key on the way in; the kernel would clamp what wg(8) sent it.
        var expected = Captures.setDevice
        expected[36] &= 248
        expected[67] = expected[67] & 127 | 64
        let change = DeviceChange(
            privateKey: PrivateKey(bytes: Array(1...32)), listenPort: 51820, peers: [.add(peer)])
        let requests = try WireGuardRequests.setDevice(
            InterfaceName("wgcap"), change, family: 32, claimant: Self.claimant)
        #expect(requests.count == 1)
        #expect(try requests[0].framed(sequence: 0x6B05_83C3, port: 0) == expected)
    }

    @Test("a device is asked for as wg(8) asks, but for the acknowledgement that a dump does not have")
    func get() throws {
        var expected = Captures.getDevice
        expected[6] = 0x01
        let request = try WireGuardRequests.getDevice(InterfaceName("wgcap"), family: 32)
        #expect(try request.framed(sequence: 0x6B05_82EA, port: 0) == expected)
    }

    @Test("the family is asked for as wg(8) asks, and its number read from the captured answer")
    func family() throws {
        #expect(
            try GenericNetlink.getFamily("wireguard").framed(sequence: 0x6B05_82EA, port: 0) == Captures.getFamily)
        var datagram = Captures.family[...]
        let message = try #require(try NetlinkMessage.next(of: &datagram))
        #expect(try GenericNetlink.familyNumber(message) == 32)
    }

    @Test("zeros are said: they are how a preshared key and a keepalive are taken away")
    func zeros() throws {
        var update = PeerUpdate(publicKey: try Self.key(0xA0))
        update.presharedKey = .clear
        update.persistentKeepalive = 0
        let peers = try Self.peers(of: DeviceChange(peers: [.update(update)]))
        #expect(peers.count == 1)
        #expect(peers[0].presharedKey == [UInt8](repeating: 0, count: 32))
        #expect(peers[0].keepalive == 0)
        #expect(peers[0].flags == 4, "update only")
        #expect(peers[0].allowedIPs.isEmpty)
    }

    @Test("what does not change is not said")
    func silence() throws {
        let peers = try Self.peers(of: DeviceChange(peers: [.update(PeerUpdate(publicKey: try Self.key(1)))]))
        #expect(peers.isEmpty)
        #expect(
            try WireGuardRequests.setDevice(InterfaceName("wg0"), DeviceChange(), family: 32, claimant: Self.claimant)
                .isEmpty)
    }

    @Test("ten thousand peers travel in messages that fit, key and port in the first alone")
    func manyPeers() throws {
        var generator = SeededGenerator(seed: 3)
        let peers = try (0..<10_000).map { number in
            DesiredPeer(
                publicKey: try #require(PublicKey(bytes: generator.bytes(32))), presharedKey: nil,
                allowedIPs: [IPPrefix(masking: .v4(IPv4Address(rawValue: UInt32(number))), length: 32)],
                persistentKeepalive: 0, endpoint: nil)
        }
        let change = DeviceChange(privateKey: .generate(), listenPort: 1, peers: peers.map { .add($0) })
        let requests = try WireGuardRequests.setDevice(
            InterfaceName("wg0"), change, family: 32, claimant: Self.claimant)
        #expect(requests.allSatisfy { $0.body.count <= WireGuardRequests.messageLimit + 256 })
        #expect(requests.count < 100)
        let devices = try requests.map { try DecodedDevice($0) }
        #expect(devices.flatMap(\.peers).map(\.key) == peers.map(\.publicKey.bytes))
        #expect(devices[0].hasKey && devices[0].hasPort)
        #expect(devices.dropFirst().allSatisfy { !$0.hasKey && !$0.hasPort })
        #expect(devices.allSatisfy { $0.flags == 0 }, "never replace the peers")
    }

    @Test("a peer of many allowed IPs says replace in its first part only, and cannot come back in a later one")
    func manyAllowedIPs() throws {
        let peer = DesiredPeer(
            publicKey: try Self.key(1), presharedKey: .generate(),
            allowedIPs: Set((0..<5000).map { IPv6Address(rawValue: $0) }.map { IPAddress.v6($0).hostPrefix }),
            persistentKeepalive: 25, endpoint: nil)
        let parts = try Self.peers(of: DeviceChange(peers: [.add(peer)]))
        #expect(parts.count == 10)
        #expect(parts[0].flags == 2 && parts[0].keepalive == 25 && parts[0].presharedKey != nil)
        #expect(parts.dropFirst().allSatisfy { $0.flags == 4 && $0.keepalive == nil && $0.presharedKey == nil })
        #expect(Set(parts.flatMap(\.allowedIPs)) == peer.allowedIPs)
    }

    @Test("blocks are taken away by a peer that claims them and goes in the same message")
    func release() throws {
        let blocks = (0..<1200).map { IPAddress.v6(IPv6Address(rawValue: $0)).hostPrefix }
        var update = PeerUpdate(publicKey: try Self.key(1))
        update.removedAllowedIPs = blocks
        let requests = try WireGuardRequests.setDevice(
            InterfaceName("wg0"), DeviceChange(peers: [.update(update)]), family: 32, claimant: Self.claimant)
        let devices = try requests.map { try DecodedDevice($0) }
        #expect(devices.flatMap(\.peers).flatMap(\.allowedIPs) == blocks)
        for device in devices {
            // Pairs: the claim, and the removal right after it.
            #expect(device.peers.count.isMultiple(of: 2))
            for (index, peer) in device.peers.enumerated() {
                #expect(peer.key == Self.claimant.bytes)
                #expect(peer.flags == (index.isMultiple(of: 2) ? nil : 5))
            }
        }
    }

    /// The peers in all messages of a change.
    private static func peers(of change: DeviceChange) throws -> [DecodedPeer] {
        try WireGuardRequests.setDevice(InterfaceName("wg0"), change, family: 32, claimant: claimant)
            .flatMap { try DecodedDevice($0).peers }
    }
}

/// A request read back by its numbers in linux/wireguard.h.
private struct DecodedDevice {
    var hasKey = false
    var hasPort = false
    var flags: UInt32 = 0
    var peers: [DecodedPeer] = []

    init(_ request: NetlinkRequest) throws {
        try AttributeReader.forEach(in: request.body.dropFirst(4)) { (attribute) throws(NetlinkError) in
            switch attribute.type {
            case 3: hasKey = true
            case 5: flags = try attribute.integer()
            case 6: hasPort = true
            case 8: try attribute.forEach { (peer) throws(NetlinkError) in peers.append(try DecodedPeer(peer)) }
            default: break
            }
        }
    }
}

private struct DecodedPeer {
    var key: [UInt8] = []
    var presharedKey: [UInt8]?
    var flags: UInt32?
    var keepalive: UInt16?
    var allowedIPs: [IPPrefix] = []

    init(_ attribute: Attribute) throws(NetlinkError) {
        try attribute.forEach { (attribute) throws(NetlinkError) in
            switch attribute.type {
            case 1: key = Array(attribute.payload)
            case 2: presharedKey = Array(attribute.payload)
            case 3: flags = try attribute.integer()
            case 5: keepalive = try attribute.integer()
            case 9:
                try attribute.forEach { (block) throws(NetlinkError) in
                    var address: IPAddress?
                    var length: UInt8 = 0
                    try block.forEach { (part) throws(NetlinkError) in
                        if part.type == 2 { address = IPAddress(bytes: part.payload) }
                        if part.type == 3 { length = try part.integer() }
                    }
                    if let address { allowedIPs.append(IPPrefix(masking: address, length: length)) }
                }
            default: break
            }
        }
    }
}
