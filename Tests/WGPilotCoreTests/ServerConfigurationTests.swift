import Testing
import WGPilotCore
import WGPilotTestSupport

@Suite("A network as a wg-quick file")
struct ServerConfigurationTests {
    /// Names that look like what a reader of comments looks for.
    private static let names = [
        "laptop", "Name = x", "= x", ": x", "# x", "[Peer]", "### Client x", "END_PEER x", "begin x ###", "x (12)",
        "PublicKey = x", "Büro Süd", "👩‍💻", "a  b", "$(reboot) `id` \\", "peer-AQEBAQEB", "###", "\u{200C}.", "x\u{301}",
        String(repeating: "é", count: 64), KeyVector.bob.publicKey,
    ]

    private static func configuration(_ random: inout SeededGenerator) throws -> ServerConfiguration {
        let samples = try ReconcileSamples()
        var file = ServerConfiguration()
        if !random.once(in: 4) { file.privateKey = samples.privateKeys.randomElement(using: &random) }
        if !random.once(in: 4) {
            file.addresses = Array(Set(samples.addresses.filter { _ in random.once(in: 2) })).shuffled(using: &random)
        }
        if !random.once(in: 4) { file.listenPort = UInt16.random(in: 0...65535, using: &random) }
        if random.once(in: 2) { file.mtu = Int.random(in: 1...65535, using: &random) }
        var names = try Self.names.map { try DisplayName($0) }.shuffled(using: &random)
        for key in samples.publicKeys where !random.once(in: 3) {
            file.peers.append(
                ServerConfiguration.Peer(
                    name: names.removeLast(), publicKey: key,
                    presharedKey: random.once(in: 2) ? samples.presharedKeys.randomElement(using: &random) : nil,
                    allowedIPs: samples.blocks.filter { _ in random.once(in: 3) }.shuffled(using: &random),
                    persistentKeepalive: random.once(in: 2) ? UInt16.random(in: 0...65535, using: &random) : 0,
                    endpoint: random.once(in: 2) ? samples.endpoints.randomElement(using: &random) : nil))
        }
        return file
    }

    @Test("what is written is read again as the same")
    func roundTrip() throws {
        var random = SeededGenerator()
        for _ in 0..<300 {
            let file = try Self.configuration(&random)
            var read = try ServerConfiguration(parsing: file.text)
            for index in read.peers.indices { read.peers[index].line = nil }
            #expect(read == file, "\(random)")
        }
    }

    @Test("wg-quick reads what is written, and hands all of it on to wg but for what is its own")
    func wgQuick() async throws {
        var random = SeededGenerator()
        for _ in 0..<8 {
            let file = try Self.configuration(&random)
            let outcome = try await WireGuardTools.withFile(file.text) { path in
                try await WireGuardTools.run("wg-quick", ["strip", path])
            }
            #expect(outcome.status == 0 && outcome.error.isEmpty, "\(random): \(outcome.error)")
            let lines = { (text: String) in
                text.split(separator: "\n").filter { !$0.hasPrefix("Address") && !$0.hasPrefix("MTU") }
            }
            #expect(lines(outcome.output) == lines(file.text), "\(random)")
        }
    }

    private static func peer(
        _ number: Int64, _ name: String, _ change: (inout PeerSettings) throws -> Void = { _ in }
    ) throws -> Peer {
        var settings = try Samples.peer(name)
        try change(&settings)
        return Peer(
            id: number, networkID: 1, settings: settings,
            publicKey: try PublicKey(ServerConfigurationSamples.key(UInt8(number))), hostNumber: number,
            custody: .client, hasPresharedKey: false, createdAt: 0, updatedAt: 0)
    }

    // Written by hand from wg-quick(8) and wg(8).
    @Test("a network's file has what the hub has, and no peer that is disabled")
    func network() throws {
        var settings = try Samples.network(.siteToSite, subnet6: "fd00:8::/64")
        settings.mtu = 1380
        let network = Network(
            id: 1, settings: settings, interface: try InterfaceName("wg0"),
            publicKey: try PublicKey(KeyVector.captured.publicKey), createdAt: 0, updatedAt: 0)
        let berlin = try Self.peer(2, "Berlin") {
            $0.role = .siteGateway
            $0.siteNetworks = try Samples.prefixes(["192.168.1.0/24", "fd01::/64"])
            $0.hubKeepalive = 15
            $0.endpoint = try SocketEndpoint("[2001:db8::1]:51820")
        }
        let gone = try Self.peer(4, "gone") { $0.enabled = false }
        let file = ServerConfiguration(
            network: network, privateKey: try PrivateKey(KeyVector.captured.privateKey),
            peers: [
                (berlin, try PresharedKey(KeyVector.capturedPresharedKey)), (try Self.peer(3, "# laptop"), nil),
                (gone, nil),
            ], plan: try #require(settings.addressPlan))
        #expect(
            file.text == """
                [Interface]
                PrivateKey = EHrzNkjPObWuK8k2zZciziTmRSbd1c48iRbJ4LRTUX8=
                Address = 10.8.0.1/24, fd00:8::1/64
                ListenPort = 51820
                MTU = 1380

                [Peer]
                # Name = Berlin
                PublicKey = \(ServerConfigurationSamples.key(2))
                PresharedKey = 8JMJScF72qnh9VrrCIs9EvtjVik9GyIfiFbfT/mqBz4=
                AllowedIPs = 10.8.0.2/32, fd00:8::2/128, 192.168.1.0/24, fd01::/64
                Endpoint = [2001:db8::1]:51820
                PersistentKeepalive = 15

                [Peer]
                # Name = # laptop
                PublicKey = \(ServerConfigurationSamples.key(3))
                AllowedIPs = 10.8.0.3/32, fd00:8::3/128

                # Disabled peers that are not in this file: 1

                """)
    }

    @Test("a file with nothing in it has no key without a value")
    func empty() throws {
        #expect(ServerConfiguration().text == "[Interface]\n")
    }
}
