import Glibc
import Testing
import WGPilotCore
import WGPilotTestSupport

@testable import WGPilotNetlink

/// What we read and set, held against what wg(8) and ip(8) read and set.
@Suite(
    "BackendBehaviour by the eyes of other programs", .serialized,
    .enabled(if: TestBackend.asked != nil, "runs with WGPILOT_LIVE alone"))
struct BackendBehaviourIndependentTests {
    /// 2,000, or what `WGPILOT_LIVE_PEERS` says.
    private static var peerCount: Int {
        guard let value = unsafe getenv("WGPILOT_LIVE_PEERS") else { return 2000 }
        return unsafe Int(String(cString: value)).map { min(max($0, 1), 20_000) } ?? 2000
    }

    private static var backend: TestBackend { TestBackend.available.last ?? .fake }

    /// A line of `wg show NAME dump` for a peer, wg(8): public key, preshared key, endpoint, allowed IPs, latest
    /// handshake, bytes received and sent, keepalive.
    private struct DumpedPeer: Equatable {
        var presharedKey: String
        var endpoint: String
        var allowedIPs: Set<String>
        var keepalive: String
    }

    private static func dump(
        _ name: InterfaceName
    ) async throws -> (device: [Substring], peers: [String: DumpedPeer]) {
        let text = try await Program.run("wg", "show", name.description, "dump")
        // By bytes, for the text is very long.
        let lines = text.utf8.split(separator: UInt8(ascii: "\n")).map { line in
            line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false).map { Substring($0) }
        }
        var peers: [String: DumpedPeer] = [:]
        for line in lines.dropFirst() {
            try #require(line.count == 8)
            peers[String(line[0])] = DumpedPeer(
                presharedKey: String(line[1]), endpoint: String(line[2]),
                allowedIPs: line[3] == "(none)" ? [] : Set(line[3].split(separator: ",").map(String.init)),
                keepalive: String(line[7]))
        }
        #expect(peers.count == lines.count - 1, "wg(8) tells a peer once")
        return (try #require(lines.first), peers)
    }

    private static func dumped(_ peer: ObservedPeer) -> DumpedPeer {
        DumpedPeer(
            presharedKey: peer.presharedKey?.revealed ?? "(none)",
            endpoint: peer.status.endpoint?.description ?? "(none)",
            allowedIPs: Set(peer.allowedIPs.map(\.description)),
            keepalive: peer.persistentKeepalive == 0 ? "off" : "\(peer.persistentKeepalive)")
    }

    @Test("very many peers of several allowed IPs go in and come out exactly, and wg(8) sees the same")
    func manyPeers() async throws {
        let count = Self.peerCount
        // The kernel takes twenty thousand in seconds, but each one's removal waits for every processor, which in a virtual
        // machine without KVM takes many minutes. Whoever asks for so many sees to the namespace that they are in.
        try await BackendFixture.with(Self.backend, isLeft: Self.backend == .kernel && count > 5000) { fixture in
            var random = SeededGenerator()
            var peers: [DesiredPeer] = []
            for number in 0..<count {
                // A key of a peer is any 32 bytes; to make so many pairs would take longer than all the rest.
                let key = try #require(PublicKey(bytes: random.bytes(32)))
                var peer = DesiredPeer(
                    publicKey: key, presharedKey: nil, allowedIPs: [], persistentKeepalive: 0, endpoint: nil)
                peer.allowedIPs = Set(
                    (0..<3).flatMap {
                        [fixture.v4(2 + 3 * number + $0).hostPrefix, fixture.v6(2 + 3 * number + $0).hostPrefix]
                    }.shuffled(using: &random).prefix(Int.random(in: 3...6, using: &random)))
                if Bool.random(using: &random) { peer.presharedKey = .generate() }
                // Few of them, for each begins a handshake as soon as the interface is up.
                if number.isMultiple(of: 50) { peer.persistentKeepalive = .random(in: 1...65535, using: &random) }
                if Bool.random(using: &random) {
                    peer.endpoint = SocketEndpoint(
                        address: Bool.random(using: &random) ? fixture.v4(number) : fixture.v6(number),
                        port: .random(in: 1...65535, using: &random))
                }
                peers.append(peer)
            }
            // One of them has more than fits any one message. The last hosts of the subnet of IPv4 are nobody else's.
            peers[0].allowedIPs.formUnion(
                (0..<2500).flatMap {
                    [
                        fixture.v4(0xFFFF - $0).hostPrefix,
                        IPPrefix(masking: fixture.v6((1 << 32 + $0) << 8), length: 120),
                    ]
                })
            if count > 1 { peers[1].allowedIPs = [] }
            let desired = try fixture.desired(peers)
            let observed = try await fixture.converge(desired)
            #expect(observed.peers.count == count, "\(random)")

            let seen = try await Self.dump(desired.name)
            #expect(seen.device[0] == desired.privateKey.revealed)
            #expect(seen.device[1] == desired.privateKey.publicKey.description)
            #expect(seen.device[2] == "\(desired.listenPort)")
            let ours = Dictionary(
                uniqueKeysWithValues: observed.peers.values.map { ($0.publicKey.description, Self.dumped($0)) })
            // Compared one by one, for a difference of two dictionaries of this size could not be read.
            #expect(ours.count == seen.peers.count, "\(random)")
            let different = ours.filter { seen.peers[$0.key] != $0.value }
            #expect(different.isEmpty, "\(random): \(different.count), the first: \(different.first?.key ?? "")")
            let status = try #require(try await fixture.kernel.peerStatus(desired.name))
            #expect(status.count == count)
            // Handshakes that nobody answers count as sent meanwhile.
            let strange = status.filter { key, status in
                let peer = observed.peers[key]
                return status.endpoint != peer?.status.endpoint || status.received != 0
                    || status.persistentKeepalive != peer?.persistentKeepalive || status.latestHandshake != nil
            }
            #expect(strange.isEmpty, "\(random): \(strange.count)")
        }
    }

    @Test("what wg(8) sets is read: a key that was taken away, no port of ours, peers without anything")
    func setByOthers() async throws {
        try await BackendFixture.with(Self.backend) { fixture in
            let name = try fixture.name
            let name_ = name.description
            // Made and set by others alone, as an interface that is to be imported.
            if Self.backend == .kernel {
                try await Program.run("ip", "link", "add", name_, "type", "wireguard")
            } else {
                // By our own starter: its process stays, and Foundation's would wait for all who inherit from it.
                let program = try #require(WireGuardGo.find())
                try await BlockingWorker(label: "test").run { try program.start(name) }
            }
            let bare = try #require(try await fixture.kernel.observe(name))
            #expect(bare.privateKey == nil && bare.peers.isEmpty && !bare.isUp && bare.mtu == 1420)
            #expect(bare.addresses.isEmpty && bare.routes.isEmpty && bare.foreignRoutes.isEmpty)

            let (hub, first, second) = (PrivateKey.generate(), fixture.peer(2), fixture.peer(3))
            let configuration = """
                [Interface]
                PrivateKey = \(hub.revealed)
                ListenPort = \(fixture.port())
                FwMark = 0xca6c
                [Peer]
                PublicKey = \(first.publicKey)
                PresharedKey = \(PresharedKey.generate().revealed)
                AllowedIPs = \(fixture.v4(2))/32, \(fixture.v6(2))/128, \(IPPrefix(masking: fixture.v4(0), length: 17))
                Endpoint = [2001:db8::7]:65535
                PersistentKeepalive = 65535
                [Peer]
                PublicKey = \(second.publicKey)
                """
            try await Program.run("wg", "setconf", name_, "/dev/stdin", input: configuration + "\n")
            try await Program.run("ip", "address", "add", fixture.address4(1).description, "dev", name_)
            try await Program.run("ip", "link", "set", name_, "mtu", "1300", "up")
            let site = IPPrefix(masking: fixture.v4(0x4000), length: 18)
            try await fixture.addForeignRoute(site, through: name)

            let observed = try #require(try await fixture.kernel.observe(name))
            #expect(observed.privateKey == hub && observed.listenPort == fixture.port())
            #expect(observed.isUp && observed.mtu == 1300)
            #expect(observed.addresses == [fixture.address4(1)] && observed.foreignRoutes == [site])
            let seen = try await Self.dump(name)
            #expect(observed.peers.count == 2)
            for peer in observed.peers.values {
                #expect(seen.peers[peer.publicKey.description] == Self.dumped(peer))
            }
            #expect(observed.peers[first.publicKey]?.persistentKeepalive == 65535)

            try await Program.run("wg", "set", name_, "private-key", "/dev/null")
            #expect(try await fixture.kernel.observe(name)?.privateKey == nil)
        }
    }

    private struct IPLink: Decodable {
        struct Address: Decodable {
            var family: String
            var local: String
            var prefixlen: Int
            var scope: String
        }
        var mtu: Int
        var flags: [String]
        var addr_info: [Address]?
    }

    private struct IPRoute: Decodable {
        var dst: String
        var `protocol`: String
    }

    @Test("addresses, routes and MTU are what ip(8) sees")
    func network() async throws {
        try await BackendFixture.with(Self.backend) { fixture in
            let sites = [
                IPPrefix(masking: fixture.v4(0x8000), length: 24), IPPrefix(masking: fixture.v6(1 << 40), length: 96),
            ]
            var peer = fixture.peer(2)
            peer.allowedIPs.formUnion(sites)
            peer.routes = Set(sites)
            var desired = try fixture.desired([peer])
            desired.addresses += [fixture.address4(7, length: 32), fixture.address6(9, length: 128)]
            for mtu in [1380, nil, 1280] {
                desired.mtu = mtu
                try await fixture.converge(desired)
                let name = desired.name.description
                let links: [IPLink] = try await Program.ip("address", "show", "dev", name)
                let link = try #require(links.first)
                #expect(link.mtu == mtu ?? 1420 && link.flags.contains("UP"))
                let addresses = try #require(link.addr_info).filter { $0.scope == "global" }
                #expect(
                    Set(addresses.map { "\($0.local)/\($0.prefixlen)" })
                        == Set(desired.addresses.map(\.description)))
                var routes: [IPRoute] = try await Program.ip("-4", "route", "show", "dev", name)
                routes += try await Program.ip("-6", "route", "show", "dev", name) as [IPRoute]
                #expect(
                    Set(routes.filter { $0.protocol == "87" }.map(\.dst)) == Set(sites.map(\.description)))
            }
        }
    }
}
