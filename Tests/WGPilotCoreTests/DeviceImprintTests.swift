import Testing
import WGPilotCore

@Suite("The imprint of a device")
struct DeviceImprintTests {
    private static func key(_ first: UInt8) throws -> PublicKey {
        try #require(PublicKey(bytes: (0..<32).map { first &+ $0 }))
    }

    private static func bytes(_ imprint: DeviceImprint) -> [UInt8] {
        unsafe imprint.withBytes { unsafe Array($0) }
    }

    /// A device with two peers, the later key first.
    private static func device() throws -> ObservedInterface {
        let first = try ObservedPeer(
            publicKey: key(0xA0), presharedKey: PresharedKey(bytes: Array(0x40...0x5F)),
            allowedIPs: [IPPrefix("10.8.0.2"), IPPrefix("fd00::2"), IPPrefix("10.0.0.0/8")], persistentKeepalive: 258)
        let second = try ObservedPeer(publicKey: key(0x20))
        return try ObservedInterface(
            name: InterfaceName("wg0"), privateKey: PrivateKey(bytes: Array(1...32)), listenPort: 51820,
            mtu: 1420, peers: [first.publicKey: first, second.publicKey: second])
    }

    @Test("the bytes are those of the layout that is written down")
    func layout() throws {
        // Put together by hand from the comment of DeviceImprint; a clamped key begins with 0 for 1 and ends with 96 for 32.
        var expected: [UInt8] = [1, 0] + Array(2...31) + [96, 0xCA, 0x6C]
        expected += [0] + (0..<32).map { 0x20 + $0 } + [UInt8](repeating: 0, count: 32) + [0, 0]
        expected += [0] + (0..<32).map { 0xA0 + $0 } + Array(0x40...0x5F) + [1, 2]
        expected += [4, 8, 10, 0, 0, 0, 4, 32, 10, 8, 0, 2, 6, 128, 0xFD] + [UInt8](repeating: 0, count: 14) + [2]
        #expect(Self.bytes(try Self.device().imprint) == expected)
    }

    @Test("whatever is set of a device is in it, and what traffic changes is not")
    func differences() throws {
        let whole = try Self.device()
        let before = Self.bytes(whole.imprint)
        let key = try Self.key(0xA0)
        let changes: [(String, (inout ObservedInterface) throws -> Void)] = [
            ("private key", { $0.privateKey = PrivateKey(bytes: Array(2...33)) }),
            ("no private key", { $0.privateKey = nil }),
            ("port", { $0.listenPort = 51821 }),
            ("preshared key", { $0.peers[key]?.presharedKey = PresharedKey(bytes: Array(0x41...0x60)) }),
            ("no preshared key", { $0.peers[key]?.presharedKey = nil }),
            ("keepalive", { $0.peers[key]?.persistentKeepalive = 259 }),
            ("an allowed IP less", { $0.peers[key]?.allowedIPs.remove(try IPPrefix("10.8.0.2")) }),
            ("an allowed IP more", { $0.peers[key]?.allowedIPs.insert(try IPPrefix("10.8.0.3")) }),
            (
                "an allowed IP of another length",
                {
                    $0.peers[key]?.allowedIPs.remove(try IPPrefix("10.0.0.0/8"))
                    $0.peers[key]?.allowedIPs.insert(try IPPrefix("10.0.0.0/9"))
                }
            ),
            (
                "an allowed IP of another peer",
                {
                    $0.peers[key]?.allowedIPs.remove(try IPPrefix("10.8.0.2"))
                    $0.peers[try Self.key(0x20)]?.allowedIPs.insert(try IPPrefix("10.8.0.2"))
                }
            ),
            ("a peer less", { $0.peers[try Self.key(0x20)] = nil }),
            ("a peer more", { $0.peers[try Self.key(0x30)] = ObservedPeer(publicKey: try Self.key(0x30)) }),
        ]
        for (name, change) in changes {
            var other = whole
            try change(&other)
            #expect(Self.bytes(other.imprint) != before, "\(name)")
        }
        var other = whole
        other.peers[key]?.status = PeerStatus(
            endpoint: try SocketEndpoint("192.0.2.1:4500"), latestHandshake: 5, received: 7, sent: 9)
        #expect(Self.bytes(other.imprint) == before)
    }

    @Test("a peer that comes in parts is the peer that comes whole")
    func parts() throws {
        let whole = try Self.device()
        var builder = DeviceImprint.Builder()
        let secret = Array(0x40...0x5F) as [UInt8]
        builder.add(
            try Self.key(0xA0), presharedKey: secret[...], persistentKeepalive: 258,
            allowedIPs: [try IPPrefix("fd00::2")])
        builder.add(
            try Self.key(0xA0), presharedKey: [], persistentKeepalive: 0,
            allowedIPs: [try IPPrefix("10.8.0.2"), try IPPrefix("10.0.0.0/8")])
        builder.add(try Self.key(0x20), presharedKey: [], persistentKeepalive: 0, allowedIPs: [IPPrefix]())
        let imprint = builder.finish(privateKey: whole.privateKey, listenPort: 51820)
        #expect(Self.bytes(imprint) == Self.bytes(whole.imprint))
    }

    @Test("a device that should be and one that is are compared by it, with thousands of peers too")
    func agreement() throws {
        var device = try Self.device()
        var desired = DesiredInterface(
            name: device.name, privateKey: try #require(device.privateKey), listenPort: device.listenPort, mtu: nil,
            addresses: [], peers: [:])
        device.peers = [:]
        for number in UInt32(0)..<3000 {
            let bytes = (0..<32).map { UInt8(truncatingIfNeeded: (number &* 2_654_435_761) >> ($0 % 4 * 8)) &+ $0 }
            let key = try #require(PublicKey(bytes: bytes))
            let blocks: Set = [IPPrefix(masking: .v4(IPv4Address(rawValue: 0x0A00_0000 + number)), length: 32)]
            let secret = number % 2 == 0 ? PresharedKey(bytes: bytes.reversed()) : nil
            device.peers[key] = ObservedPeer(publicKey: key, presharedKey: secret, allowedIPs: blocks)
            desired.peers[key] = DesiredPeer(
                publicKey: key, presharedKey: secret, allowedIPs: blocks, persistentKeepalive: 0, endpoint: nil)
        }
        #expect(Self.bytes(device.imprint) == Self.bytes(desired.imprint))
    }

    @Test("no key is told by printing one")
    func silence() throws {
        let imprint = try Self.device().imprint
        var dumped = ""
        dump(imprint, to: &dumped)
        #expect("\(imprint)" == "<imprint>" && !dumped.contains("64") && dumped.count < 40, "\(dumped)")
    }
}

@Suite("An interface that is told by its imprint")
struct InterfaceOutlineTests {
    @Test("agrees with the plan about all that the network stack has")
    func agreement() throws {
        let address = InterfaceAddress(address: try #require(IPAddress("10.9.0.1")), prefixLength: 24)
        let other = InterfaceAddress(address: try #require(IPAddress("10.9.9.1")), prefixLength: 24)
        let route = try IPPrefix("192.168.1.0/24")
        let peer = DesiredPeer(
            publicKey: PrivateKey.generate().publicKey, presharedKey: nil, allowedIPs: [route], persistentKeepalive: 0,
            endpoint: try SocketEndpoint("192.0.2.1:4500"), routes: [route])
        let desired = DesiredInterface(
            name: try InterfaceName("wg0"), privateKey: .generate(), listenPort: 5, mtu: 1400, addresses: [address],
            peers: [peer.publicKey: peer])
        let outline = InterfaceOutline(
            name: desired.name, mtu: 1400, addresses: [address], routes: [route], located: [peer.publicKey])
        let inStep = ObservedInterface(
            name: desired.name, privateKey: desired.privateKey, listenPort: 5, mtu: 1400, isUp: true,
            addresses: [address], routes: [route],
            peers: [
                peer.publicKey: ObservedPeer(
                    publicKey: peer.publicKey, allowedIPs: [route],
                    status: PeerStatus(endpoint: try SocketEndpoint("198.51.100.7:1")))
            ])
        let changes: [(inout ObservedInterface) -> Void] = [
            { _ in },
            { $0.mtu = 1420 },
            { $0.isUp = false },
            { $0.addresses = [] },
            { $0.addresses.insert(other) },
            { $0.routes = [] },
            { $0.routes.insert(.everyV4) },
            {
                $0.routes = []
                $0.foreignRoutes = [route]
            },
            { $0.foreignRoutes = [.everyV4] },
            { $0.peers[peer.publicKey]?.status.endpoint = nil },
        ]
        var met: [Bool] = []
        for change in changes {
            var observed = inStep
            change(&observed)
            let plan = Plan.between(desired: desired, observed: observed, name: desired.name)
            let glance = InterfaceGlance(observed, index: 3, locating: outline.located)
            #expect(outline.isMet(by: glance) == plan.isEmpty, "\(plan.lines)")
            met.append(outline.isMet(by: glance))
        }
        #expect(met == [true, false, false, false, false, false, false, true, true, false])
    }
}
