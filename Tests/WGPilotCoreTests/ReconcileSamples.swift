import Testing
import WGPilotCore
import WGPilotTestSupport

/// A small world of keys, blocks and addresses, from which desired and observed states are drawn.
struct ReconcileSamples {
    let name: InterfaceName
    let privateKeys: [PrivateKey]
    let presharedKeys: [PresharedKey]
    let publicKeys: [PublicKey]
    let blocks: [IPPrefix]
    let endpoints: [SocketEndpoint]
    let addresses: [InterfaceAddress]

    init() throws {
        name = try InterfaceName("wg0")
        privateKeys = try KeyVector.all.map { try PrivateKey($0.privateKey) }
        presharedKeys = try (101...103).map { try #require(PresharedKey(bytes: [UInt8](repeating: $0, count: 32))) }
        publicKeys = try (1...6).map { try #require(PublicKey(bytes: [UInt8](repeating: $0, count: 32))) }
        blocks = try Samples.prefixes([
            "10.8.0.2/32", "10.8.0.3/32", "10.8.0.4/32", "fd00:8::2/128", "192.168.1.0/24", "192.168.2.0/24",
            "fd01::/64", "172.16.0.0/12",
        ])
        endpoints = try ["192.0.2.1:51820", "[2001:db8::1]:51820"].map { try SocketEndpoint($0) }
        addresses = try Samples.addresses(["10.8.0.1", "fd00:8::1", "10.9.0.1", "10.8.0.1"]).enumerated().map {
            InterfaceAddress(address: $1, prefixLength: [24, 64, 24, 20][$0])
        }
    }

    /// An interface with some of the peers, each block being at most one peer's.
    func desired(_ random: inout SeededGenerator) -> DesiredInterface {
        var peers: [PublicKey: DesiredPeer] = [:]
        for key in publicKeys where !random.once(in: 3) {
            peers[key] = DesiredPeer(
                publicKey: key, presharedKey: random.once(in: 2) ? presharedKeys.randomElement(using: &random) : nil,
                allowedIPs: [], persistentKeepalive: random.once(in: 2) ? 25 : 0,
                endpoint: random.once(in: 3) ? endpoints.randomElement(using: &random) : nil)
        }
        for block in blocks where !random.once(in: 4) {
            guard let owner = peers.keys.sorted().randomElement(using: &random) else { break }
            peers[owner]?.allowedIPs.insert(block)
            if block.length < block.address.bitWidth { peers[owner]?.routes.insert(block) }
        }
        return DesiredInterface(
            name: name, privateKey: privateKeys[random.number(below: privateKeys.count)],
            listenPort: UInt16(51820 + random.number(below: 3)),
            mtu: random.once(in: 2) ? 1420 - random.number(below: 3) : nil,
            addresses: addresses.filter { _ in random.once(in: 2) }, peers: peers)
    }

    /// A device in any state that a kernel could be in: ours, somebody else's, half made, or absent.
    func device(_ random: inout SeededGenerator) -> SimulatedDevice {
        var device = SimulatedDevice()
        guard !random.once(in: 8) else { return device }
        let state = desired(&random)
        device.exists = true
        device.privateKey = random.once(in: 5) ? nil : state.privateKey
        device.listenPort = random.once(in: 5) ? 0 : state.listenPort
        device.mtu = state.mtu ?? 1420
        device.isUp = !random.once(in: 4)
        device.addresses = Set(state.addresses)
        for (key, peer) in state.peers {
            device.peers[key] = SimulatedDevice.Peer(
                presharedKey: peer.presharedKey, persistentKeepalive: peer.persistentKeepalive, endpoint: peer.endpoint)
            for block in peer.allowedIPs { device.owners[block] = key }
            // A link that is down has no routes.
            if device.isUp { device.routes.formUnion(peer.routes) }
        }
        if device.isUp, random.once(in: 3) { device.routes.remove(blocks[4]) }
        if device.isUp, random.once(in: 3) { device.routes.insert(blocks[5]) }
        return device
    }

    /// The device that was brought to the desired state.
    func device(_ desired: DesiredInterface) throws -> SimulatedDevice {
        var device = SimulatedDevice()
        try device.apply(Plan.between(desired: desired, observed: nil, name: name))
        return device
    }
}
