import Testing
import WGPilotCore
import WGPilotTestSupport

@Suite("Importing a running interface, a file, or both")
struct ImportPlanTests {
    private typealias Files = ServerConfigurationSamples

    private let name: DisplayName
    private let interface: InterfaceName

    init() throws {
        name = try DisplayName("office")
        interface = try InterfaceName("wg0")
    }

    private func plan(_ text: String, mode: NetworkMode? = nil) throws -> ImportPlan {
        ImportPlan(name: name, interface: nil, file: try ServerConfiguration(parsing: text), mode: mode)
    }

    /// The interface that wg-quick makes of a file: its routes are those of AllowedIPs that no address covers
    /// (`add_route` of wg-quick), and they are not ours.
    private func running(_ file: ServerConfiguration) -> ObservedInterface {
        var observed = ObservedInterface(
            name: interface, privateKey: file.privateKey, listenPort: file.listenPort ?? 0,
            mtu: file.mtu ?? DesiredInterface.defaultMTU, isUp: true, addresses: Set(file.addresses))
        for peer in file.peers {
            observed.peers[peer.publicKey] = ObservedPeer(
                publicKey: peer.publicKey, presharedKey: peer.presharedKey, allowedIPs: Set(peer.allowedIPs),
                persistentKeepalive: peer.persistentKeepalive, status: PeerStatus(endpoint: peer.endpoint))
            observed.foreignRoutes.formUnion(
                peer.allowedIPs.filter { block in !file.addresses.contains { $0.prefix.contains(block) } })
        }
        return observed
    }

    /// What the daemon brings the interface to, once the outcome is stored.
    private func desired(_ outcome: ImportPlan.Outcome) throws -> DesiredInterface {
        let settings = outcome.settings
        let network = Network(
            id: 1, settings: settings, interface: interface, publicKey: outcome.privateKey.publicKey, createdAt: 0,
            updatedAt: 0)
        let plan = try #require(settings.addressPlan)
        var peers: [PublicKey: DesiredPeer] = [:]
        for peer in outcome.peers {
            let sites = peer.settings.siteNetworks
            peers[peer.publicKey] = DesiredPeer(
                publicKey: peer.publicKey, presharedKey: peer.presharedKey,
                allowedIPs: Set(
                    AllowedIPsPolicy.hubSide(
                        mode: settings.mode, addresses: plan.addresses(try plan.number(of: peer.address)),
                        siteNetworks: sites)),
                persistentKeepalive: peer.settings.hubKeepalive, endpoint: peer.settings.endpoint,
                routes: settings.mode == .siteToSite ? Set(sites) : [])
        }
        return DesiredInterface(
            name: interface, privateKey: outcome.privateKey, listenPort: settings.listenPort, mtu: settings.mtu,
            addresses: network.hubAddresses, peers: peers)
    }

    private func expectNoStep(
        _ plan: ImportPlan, _ observed: ObservedInterface, _ comment: Comment? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let outcome = try #require(
            plan.outcome, "\(plan.findings.map(\.description))", sourceLocation: sourceLocation)
        let steps = Plan.between(desired: try desired(outcome), observed: observed, name: interface).steps
        #expect(steps.map(\.description) == [], comment, sourceLocation: sourceLocation)
    }

    @Test("adopting what an installer's file made run changes nothing, with and without the file", arguments: Files.all)
    func adoption(text: String) throws {
        let file = try ServerConfiguration(parsing: text)
        let observed = running(file)
        let alone = ImportPlan(name: name, interface: observed, file: nil, mode: nil)
        try expectNoStep(alone, observed)
        #expect(alone.outcome?.peers.allSatisfy { $0.settings.name.description.hasPrefix("peer-") } == true)
        let both = ImportPlan(name: name, interface: observed, file: file, mode: nil)
        try expectNoStep(both, observed)
        #expect(both.outcome?.peers.map(\.settings.name) == file.peers.map(\.name))
        let fileAlone = ImportPlan(name: name, interface: nil, file: file, mode: nil)
        try expectNoStep(fileAlone, observed)
    }

    @Test("a file between sites becomes a site-to-site network with its numbers, sites and keepalives")
    func sites() throws {
        let plan = try plan(Files.sites)
        let outcome = try #require(plan.outcome)
        #expect(outcome.settings.mode == .siteToSite)
        #expect(outcome.settings.subnet == (try IPPrefix("10.9.0.0/24")))
        #expect(outcome.settings.subnet6 == nil)
        #expect(outcome.settings.hubNumber == 5)
        #expect(outcome.settings.listenPort == 51821)
        #expect(outcome.settings.mtu == nil)
        #expect(outcome.privateKey.publicKey.description == KeyVector.alice.publicKey)
        #expect(outcome.peers.map(\.address) == (try Samples.addresses(["10.9.0.2", "10.9.0.3"])))
        #expect(outcome.peers.map(\.settings.role) == [.siteGateway, .siteGateway])
        #expect(
            outcome.peers.map(\.settings.siteNetworks) == [
                try Samples.prefixes(["192.168.1.0/24", "192.168.2.0/24"]),
                try Samples.prefixes(["172.16.0.0/16", "fd01::/64"]),
            ])
        #expect(outcome.peers.map(\.settings.hubKeepalive) == [25, 0])
        #expect(
            plan.findings.map(\.description) == [
                "line 5: Table is not taken over", "line 6: FwMark is not taken over",
                "line 20: Endpoint is not an address, and is not taken over",
                "the mode is taken to be site-to-site: a peer has networks behind it",
            ])
    }

    @Test("a file of clients becomes a gateway; preshared keys stay as they are, absent ones absent")
    func gateway() throws {
        let plan = try plan(Files.wgEasy)
        let outcome = try #require(plan.outcome)
        #expect(outcome.settings.mode == .gateway)
        #expect(outcome.settings.nat)
        #expect(outcome.peers.map(\.presharedKey) == [try PresharedKey(KeyVector.capturedPresharedKey), nil])
        #expect(plan.findings.allSatisfy { $0.severity == .note })
        #expect(plan.findings.map(\.description).contains("line 11: PostUp is not run"))
        #expect(try self.plan(Files.wgEasy, mode: .hubRouted).outcome?.settings.mode == .hubRouted)
        let dual = try #require(try self.plan(Files.angristan).outcome)
        #expect(dual.settings.subnet6 == (try IPPrefix("fd42:42:42::/64")))
    }

    @Test("the MTU is kept only where it is not the usual one", arguments: [(nil, nil), (1420, nil), (1380, 1380)])
    func mtu(given: Int?, kept: Int?) throws {
        var file = try ServerConfiguration(parsing: Files.nyr)
        file.mtu = given
        let plan = ImportPlan(name: name, interface: nil, file: file, mode: nil)
        #expect(try #require(plan.outcome).settings.mtu == kept)
    }

    @Test("a network that was exported is imported as the same, and random networks are adopted without a step")
    func randomNetworks() throws {
        var random = SeededGenerator()
        for _ in 0..<100 {
            let file = try Self.network(&random)
            let observed = running(file)
            try expectNoStep(ImportPlan(name: name, interface: observed, file: nil, mode: nil), observed, "\(random)")
            let read = try ServerConfiguration(parsing: file.text)
            try expectNoStep(ImportPlan(name: name, interface: nil, file: read, mode: nil), observed, "\(random)")
            let both = ImportPlan(name: name, interface: observed, file: read, mode: nil)
            try expectNoStep(both, observed, "\(random)")
            let told = ["the mode is taken", "peers may reach one another"]
            #expect(
                both.findings.allSatisfy { finding in told.contains { finding.message.hasPrefix($0) } }, "\(random)")
        }
    }

    private static func network(_ random: inout SeededGenerator) throws -> ServerConfiguration {
        let length = UInt8(random.number(below: 5) + 20)
        let subnet = IPPrefix(
            masking: .v4(IPv4Address(rawValue: 0x0A00_0000 | UInt32(random.number(below: 1 << 24)))), length: length)
        let subnet6 = random.once(in: 2) ? try IPPrefix("fd00:\(random.number(below: 9))::/64") : nil
        let plan = try AddressPlan(subnet: subnet, subnet6: subnet6)
        var file = ServerConfiguration(
            privateKey: .generate(), addresses: [InterfaceAddress(address: plan.hubAddress, prefixLength: length)],
            listenPort: UInt16.random(in: 1...65535, using: &random), mtu: random.once(in: 3) ? 1300 : nil)
        if let subnet6, let address = plan.hubAddress6 {
            file.addresses.append(InterfaceAddress(address: address, prefixLength: subnet6.length))
        }
        let hasSites = random.once(in: 2)
        for number in 2...Int64(3 + random.number(below: 20)) where !random.once(in: 3) {
            var peer = ServerConfiguration.Peer(
                name: try DisplayName("peer \(number)"), publicKey: PrivateKey.generate().publicKey,
                presharedKey: random.once(in: 2) ? .generate() : nil,
                allowedIPs: plan.addresses(number).map(\.hostPrefix),
                persistentKeepalive: random.once(in: 3) ? 25 : 0,
                endpoint: random.once(in: 3) ? try SocketEndpoint("192.0.2.\(number):51820") : nil)
            if hasSites, random.once(in: 2) {
                peer.allowedIPs += try Samples.prefixes(["192.168.\(number).0/24", "fd99:\(number)::/32"])
            }
            file.peers.append(peer)
        }
        return file
    }

    @Test("a link that is down, and routes that wg-quick was told not to make, are told")
    func notesOfSteps() throws {
        let file = try ServerConfiguration(parsing: Files.sites)
        var observed = running(file)
        observed.foreignRoutes.remove(try IPPrefix("192.168.2.0/24"))
        let plan = ImportPlan(name: name, interface: observed, file: nil, mode: nil)
        let desired = try desired(try #require(plan.outcome))
        #expect(
            Plan.between(desired: desired, observed: observed, name: interface).steps.map(\.description) == [
                "add route 192.168.2.0/24 through wg0"
            ])
        #expect(plan.findings.map(\.message).contains("192.168.2.0/24 is not routed to the interface, and will be"))
        observed.isUp = false
        let down = ImportPlan(name: name, interface: observed, file: nil, mode: nil)
        #expect(down.findings.map(\.message).contains("the interface is down, and will be set up"))
    }

    @Test("where interface and file differ the interface is right, and every difference is told without a secret")
    func differences() throws {
        let file = try ServerConfiguration(parsing: Files.angristan)
        var observed = running(file)
        observed.privateKey = try PrivateKey(KeyVector.bob.privateKey)
        observed.listenPort = 4500
        observed.mtu = 1300
        observed.addresses = [
            InterfaceAddress(address: try #require(IPAddress("10.66.66.1")), prefixLength: 24)
        ]
        let phone = file.peers[0].publicKey
        observed.peers[phone]?.presharedKey = nil
        observed.peers[phone]?.persistentKeepalive = 25
        observed.peers[phone]?.allowedIPs = [try IPPrefix("10.66.66.9/32")]
        observed.peers[file.peers[1].publicKey] = nil
        let stranger = try PublicKey(Files.key(9))
        observed.peers[stranger] = ObservedPeer(publicKey: stranger, allowedIPs: [try IPPrefix("10.66.66.4/32")])
        var differing = file
        differing.mtu = 1400
        differing.foreignLines = []
        let plan = ImportPlan(name: name, interface: observed, file: differing, mode: .gateway)
        try expectNoStep(plan, observed)
        #expect(plan.outcome?.peers.map(\.settings.name.description) == ["phone", "peer-CQkJCQkJ"])
        #expect(
            plan.findings.map(\.description) == [
                #"line 16: peer "laptop": it is not on the interface, and is left out"#,
                #"line 10: peer "phone": the interface has other AllowedIPs than the file: 10.66.66.9/32"#,
                #"line 10: peer "phone": the interface has no preshared key, unlike the file"#,
                #"line 10: peer "phone": the interface has a keepalive of 25 s, the file of 0 s"#,
                #"peer "peer-CQkJCQkJ": it is on the interface and not in the file"#,
                "the interface has another private key than the file, and keeps it",
                "the interface has the port 4500, the file 58331",
                "the interface has an MTU of 1300, the file of 1400",
                "the interface has other addresses than the file: 10.66.66.1/24",
                "peers may reach one another, as on any hub without rules; the network's switch ends that",
            ])
    }

    @Test("the file's private key serves where the interface has none, and its endpoint where the kernel knows one")
    func filling() throws {
        let file = try ServerConfiguration(parsing: Files.sites)
        var observed = running(file)
        observed.privateKey = nil
        let berlin = file.peers[0].publicKey
        observed.peers[berlin]?.status.endpoint = try SocketEndpoint("203.0.113.1:999")
        let both = try #require(ImportPlan(name: name, interface: observed, file: file, mode: nil).outcome)
        #expect(both.privateKey.publicKey.description == KeyVector.alice.publicKey)
        #expect(both.peers[0].settings.endpoint == (try SocketEndpoint("192.0.2.7:51820")))
        observed.privateKey = file.privateKey
        let alone = try #require(ImportPlan(name: name, interface: observed, file: nil, mode: nil).outcome)
        #expect(alone.peers[0].settings.endpoint == (try SocketEndpoint("203.0.113.1:999")))
        observed.peers[berlin]?.persistentKeepalive = 0
        let roaming = try #require(ImportPlan(name: name, interface: observed, file: nil, mode: nil).outcome)
        #expect(roaming.peers[0].settings.endpoint == nil)
    }

    /// The lines of a file that cannot be imported, and every refusal.
    struct Refusal: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var address = "10.8.0.1/24"
        var head = "PrivateKey = \(KeyVector.alice.privateKey)\nListenPort = 51820"
        var mode: NetworkMode?
        var peers: [String] = []
        var refusals: [String]

        // The interface has four lines; each peer has three, its name behind its header.
        var text: String {
            let sections = peers.enumerated().map { index, blocks in
                "[Peer] # p\(index)\nPublicKey = \(ServerConfigurationSamples.key(UInt8(index + 1)))\n"
                    + "AllowedIPs = \(blocks)\n"
            }
            return "[Interface]\n\(head)\nAddress = \(address)\n" + sections.joined()
        }
    }

    private static let refusals = [
        Refusal(
            testDescription: "neither key nor port nor address", address: "", head: "\n",
            peers: ["10.8.0.2"],
            refusals: [
                "there is no private key of the hub",
                "there is no listen port: add a line ListenPort = PORT to the section [Interface]",
                "the hub has no IPv4 address; a network needs an IPv4 subnet",
            ]),
        Refusal(
            testDescription: "IPv6 alone", address: "fd00::1/64",
            refusals: ["the hub has no IPv4 address; a network needs an IPv4 subnet"]),
        Refusal(
            testDescription: "two addresses", address: "10.8.0.1/24, 10.9.0.1/24",
            refusals: ["the hub has more than one address of a family: 10.8.0.1/24, 10.9.0.1/24"]),
        Refusal(
            testDescription: "no room", address: "10.8.0.1", peers: ["10.8.0.2/32"],
            refusals: ["10.8.0.1/32 must be a /8 to a /30: smaller blocks have no room for the hub and one peer"]),
        Refusal(
            testDescription: "the hub's two numbers differ", address: "10.8.0.1/24, fd00::2/64",
            refusals: ["the hub's fd00::2 does not have the number of its 10.8.0.1; it would be fd00::1"]),
        Refusal(
            testDescription: "an MTU too small",
            head: "PrivateKey = \(KeyVector.alice.privateKey)\nListenPort = 51820\nMTU = 1000",
            refusals: ["an MTU is 1280 to 65455 bytes"]),
        Refusal(
            testDescription: "peers without an address, with two, with the hub's, with the broadcast address",
            peers: ["192.168.1.0/24", "", "10.8.0.2/32, 10.8.0.3/32", "10.8.0.1/32", "10.8.0.255/32"],
            refusals: [
                #"line 5: peer "p0": it has no address in 10.8.0.0/24"#,
                #"line 8: peer "p1": it has no address in 10.8.0.0/24"#,
                #"line 11: peer "p2": it has more than one address in 10.8.0.0/24: 10.8.0.2, 10.8.0.3"#,
                #"line 14: peer "p3": 10.8.0.1 is the network's, the broadcast or the hub's address, or beyond the last peer's"#,
                #"line 17: peer "p4": 10.8.0.255 is the network's, the broadcast or the hub's address, or beyond the last peer's"#,
            ]),
        Refusal(
            testDescription: "IPv6 that does not follow IPv4", address: "10.8.0.1/24, fd00::1/64",
            peers: ["10.8.0.2/32, fd00::3/128", "10.8.0.3/32", "10.8.0.4/32, fd00::4/128, fd00::5/128"],
            refusals: [
                #"line 5: peer "p0": fd00::3 does not have the number of 10.8.0.2; it would be fd00::2"#,
                #"line 8: peer "p1": it has no address in fd00::/64"#,
                #"line 11: peer "p2": it has more than one address in fd00::/64: fd00::4, fd00::5"#,
            ]),
        Refusal(
            testDescription: "default routes and blocks too wide",
            peers: ["10.8.0.2/32, 0.0.0.0/0, ::/0", "10.8.0.3/32, 20.0.0.0/7", "10.8.0.4/32, 10.8.0.128/25"],
            refusals: [
                #"line 5: peer "p0": 0.0.0.0/0 cannot be behind a peer: a default route is not a site's network"#,
                #"line 5: peer "p0": ::/0 cannot be behind a peer: a default route is not a site's network"#,
                #"line 8: peer "p1": 20.0.0.0/7 is too wide for a site: at most a /8, in IPv6 a /16"#,
                #"line 11: peer "p2": 10.8.0.128/25 is neither one address nor outside 10.8.0.0/24"#,
            ]),
        Refusal(
            testDescription: "overlaps, whichever is the wider",
            peers: [
                "10.8.0.2/32, 192.168.1.0/24", "10.8.0.3/32, 192.168.0.0/16", "10.8.0.2/32",
                "10.8.0.4/32, fd01::/48, fd01:0:0:1::/64",
            ],
            refusals: [
                #"line 14: peer "p3": fd01:0:0:1::/64 overlaps fd01::/48"#,
                #"line 11: peer "p2": 10.8.0.2/32 overlaps 10.8.0.2/32 of peer "p0""#,
                #"line 5: peer "p0": 192.168.1.0/24 overlaps 192.168.0.0/16 of peer "p1""#,
            ]),
        Refusal(
            testDescription: "sites in a network that has none", mode: .gateway,
            peers: ["10.8.0.2/32, 192.168.1.0/24"],
            refusals: [
                #"line 5: peer "p0": a site gateway needs a network of mode site-to-site; this one is gateway"#
            ]),
    ]

    @Test("everything that stands against an import is told at once, by peer and line", arguments: refusals)
    func refuses(refusal: Refusal) throws {
        let plan = try plan(refusal.text, mode: refusal.mode)
        #expect(plan.outcome == nil)
        #expect(plan.findings.filter { $0.severity == .refusal }.map(\.description) == refusal.refusals)
    }

    @Test("a peer with the hub's key, or another's, is refused")
    func keys() throws {
        let text = """
            [Interface]
            PrivateKey = \(KeyVector.alice.privateKey)
            ListenPort = 51820
            Address = 10.8.0.1/24
            [Peer] # a
            PublicKey = \(KeyVector.alice.publicKey)
            AllowedIPs = 10.8.0.2
            [Peer] # b
            PublicKey = \(Files.key(1))
            AllowedIPs = 10.8.0.3
            [Peer] # c
            PublicKey = \(Files.key(1))
            AllowedIPs = 10.8.0.4
            """
        let plan = try plan(text)
        #expect(plan.outcome == nil)
        #expect(
            plan.findings.filter { $0.severity == .refusal }.map(\.description) == [
                #"line 5: peer "a": it has the hub's own key"#, #"line 11: peer "c": it has the key of peer "b""#,
            ])
    }

    @Test("a hub may have any number, and then a peer the first; but no peer the hub's")
    func hubNumber() throws {
        let text = """
            [Interface]
            PrivateKey = \(KeyVector.alice.privateKey)
            ListenPort = 51820
            Address = 10.8.0.254/24
            [Peer] # first
            PublicKey = \(Files.key(1))
            AllowedIPs = 10.8.0.1

            """
        let file = try ServerConfiguration(parsing: text)
        let plan = ImportPlan(name: name, interface: nil, file: file, mode: nil)
        #expect(plan.outcome?.settings.hubNumber == 254)
        try expectNoStep(plan, running(file))
        let clash = try self.plan(text + "[Peer] # hub\nPublicKey = \(Files.key(2))\nAllowedIPs = 10.8.0.254\n")
        #expect(clash.findings.last?.line == 8)
        #expect(
            clash.findings.last?.message.hasPrefix("10.8.0.254 is the network's, the broadcast or the hub's") == true)
    }

    @Test("an interface without a port, or that says nothing, is refused; so is nothing at all")
    func emptyInterface() throws {
        let empty = ImportPlan(
            name: name, interface: ObservedInterface(name: interface, mtu: 1420, isUp: true), file: nil, mode: nil)
        #expect(empty.outcome == nil)
        #expect(empty.findings.count == 3)
        #expect(ImportPlan(name: name, interface: nil, file: nil, mode: nil).outcome == nil)
    }

    @Test("ten thousand faults are a hundred sentences and a number, and hostile overlaps take no time of weight")
    func manyFaults() throws {
        let peers = (0..<10_000).map { "[Peer]\nPublicKey = \(Self.key($0))\nAllowedIPs = 192.168.0.0/16\n" }
        let text = "[Interface]\nPrivateKey = \(KeyVector.alice.privateKey)\nListenPort = 1\nAddress = 10.8.0.1/24\n"
        let plan = try plan(text + peers.joined())
        let refusals = plan.findings.filter { $0.severity == .refusal }
        #expect(refusals.count == 101)
        #expect(refusals.last?.message == "and 19899 more")
        let blocks = (0..<60_000).map { "172.16.\($0 >> 8).\($0 & 255)" }.joined(separator: ",")
        let wide = try self.plan("\(text)[Peer]\nPublicKey = \(Self.key(1))\nAllowedIPs = 10.8.0.2, \(blocks)")
        #expect(
            wide.findings.map(\.message).contains("it has 60000 networks behind it; at most 512"))
    }

    private static func key(_ number: Int) -> String {
        var bytes = [UInt8](repeating: 1, count: 32)
        bytes[0] = UInt8(number >> 8)
        bytes[1] = UInt8(number & 255)
        return PublicKey(bytes: bytes)?.description ?? ""
    }
}
