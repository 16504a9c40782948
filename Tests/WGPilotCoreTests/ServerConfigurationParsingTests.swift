import Testing
import WGPilotCore
import WGPilotTestSupport

@Suite("Reading a wg-quick file of a hub")
struct ServerConfigurationParsingTests {
    private typealias Files = ServerConfigurationSamples

    /// A shape, and what must be read of it.
    struct Shape: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var text: String
        var addresses: [String]
        var port: UInt16
        var peers: [String]
        var foreign: [String]
    }

    private static let shapes = [
        Shape(
            testDescription: "angristan", text: Files.angristan,
            addresses: ["10.66.66.1/24", "fd42:42:42::1/64"], port: 58331,
            peers: ["phone: 10.66.66.2/32, fd42:42:42::2/128", "laptop: 10.66.66.3/32, fd42:42:42::3/128"],
            foreign: ["5 PostUp", "6 PostUp", "7 PostDown"]),
        Shape(
            testDescription: "Nyr", text: Files.nyr, addresses: ["10.7.0.1/24"], port: 51820,
            peers: ["phone: 10.7.0.2/32", "laptop: 10.7.0.3/32"], foreign: []),
        Shape(
            testDescription: "wg-easy", text: Files.wgEasy, addresses: ["10.8.0.1/24"], port: 51820,
            peers: ["Anna's phone: 10.8.0.2/32", "Bob (old): 10.8.0.3/32"],
            foreign: ["10 PreUp", "11 PostUp", "12 PreDown", "13 PostDown"]),
        Shape(
            testDescription: "PiVPN", text: Files.pivpn, addresses: ["10.6.0.1/24"], port: 51820,
            peers: ["phone: 10.6.0.2/32", "laptop: 10.6.0.3/32"], foreign: []),
        Shape(
            testDescription: "sites", text: Files.sites, addresses: ["10.9.0.5/24"], port: 51821,
            peers: [
                "Berlin: 10.9.0.2/32, 192.168.1.0/24, 192.168.2.0/24", "Paris: 10.9.0.3/32, 172.16.0.0/16, fd01::/64",
            ],
            foreign: ["5 Table", "6 FwMark", "20 Endpoint"]),
    ]

    @Test("the shapes of widespread installers are read with their names", arguments: shapes)
    func readsShape(shape: Shape) throws {
        let file = try ServerConfiguration(parsing: shape.text)
        #expect(file.privateKey?.publicKey.description == KeyVector.alice.publicKey)
        #expect(file.addresses.map(\.description) == shape.addresses)
        #expect(file.listenPort == shape.port)
        #expect(file.peers.map { "\($0.name?.description ?? "?"): \($0.allowedIPs.commaSeparated)" } == shape.peers)
        #expect(file.peers.map(\.publicKey.description) == [Files.key(1), Files.key(2)])
        #expect(file.foreignLines.map { "\($0.line) \($0.key)" } == shape.foreign)
    }

    @Test("line breaks of Windows and a byte order mark change nothing", arguments: shapes)
    func windows(shape: Shape) throws {
        let text =
            "\u{FEFF}" + shape.text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
        #expect(try ServerConfiguration(parsing: text) == ServerConfiguration(parsing: shape.text))
    }

    @Test("keys, endpoints, keepalives and the lines of peers are read; absence stays absence")
    func values() throws {
        let sites = try ServerConfiguration(parsing: Files.sites)
        #expect(sites.peers.map(\.persistentKeepalive) == [25, 0])
        #expect(try sites.peers.map(\.endpoint) == [SocketEndpoint("192.0.2.7:51820"), nil])
        #expect(sites.peers.map(\.line) == [8, 15])
        #expect(sites.mtu == nil)
        let pivpn = try ServerConfiguration(parsing: Files.pivpn)
        #expect(pivpn.mtu == 1420)
        #expect(try pivpn.peers.map(\.presharedKey) == [PresharedKey(KeyVector.capturedPresharedKey), nil])
    }

    @Test("all-zero secrets and empty lists mean none, as they do to the kernel")
    func none() throws {
        let zero = String(repeating: "A", count: 43) + "="
        let file = try ServerConfiguration(
            parsing: """
                [Interface]
                PrivateKey = \(zero)
                ListenPort = 0
                [Peer]
                PublicKey = \(Files.key(1))
                PresharedKey = \(zero)
                AllowedIPs =
                """)
        #expect(file.privateKey == nil)
        #expect(file.listenPort == 0)
        #expect(file.peers.first?.presharedKey == nil)
        #expect(file.peers.first?.allowedIPs == [])
    }

    /// What stands around the header of the second of two peers, and how it must be called.
    struct Naming: Sendable, CustomTestStringConvertible {
        var before: String
        var onHeader = ""
        var after = ""
        var atEnd = ""
        var name: String
        var testDescription: String { "\(before)|\(onHeader)|\(after)|\(atEnd)".quotedForMessage }
    }

    // Key 2 in base64 begins with AgICAgIC, as `printf '\2%.0s' $(seq 32) | base64` prints it.
    private static let unnamed = "peer-AgICAgIC"

    private static let namings = [
        Naming(before: "# Name = x", name: "x"), Naming(before: "#Name: x", name: "x"),
        Naming(before: "# friendly_name=x", name: "x"), Naming(before: "### Client x", name: "x"),
        Naming(before: "# BEGIN_PEER x", name: "x"), Naming(before: "# Client: x (12)", name: "x"),
        Naming(before: "### begin x ###", name: "x"), Naming(before: "# x", name: "x"),
        Naming(before: "#Name# = x", name: "x"), Naming(before: "# NAME = x = y", name: "x = y"),
        Naming(before: "### Client x y", name: "x y"), Naming(before: "### Client x\n", name: "x"),
        Naming(before: "# ID: 12\n# Name: x\n# Created at: yesterday", name: "x"),
        Naming(before: "# heading\n# x", name: "x"), Naming(before: "", after: "# x\n# more", name: "x"),
        Naming(before: "", onHeader: "# x", name: "x"), Naming(before: "# y", onHeader: "# Name = x", name: "x"),
        Naming(before: "# heading", after: "# Name = x", name: "x"), Naming(before: "", atEnd: "# Name = x", name: "x"),
        Naming(before: "# END_PEER first\n# BEGIN_PEER x", name: "x"), Naming(before: "# 👍", name: "👍"),
        // Nothing of this is a name.
        Naming(before: "", name: unnamed), Naming(before: "# x\n", name: unnamed),
        Naming(before: "# END_PEER first", name: unnamed), Naming(before: "### end first ###", name: unnamed),
        Naming(before: "#", name: unnamed), Naming(before: "##########", name: unnamed),
        Naming(before: "# ---------", name: unnamed), Naming(before: "# AllowedIPs = 10.0.0.9/32", name: unnamed),
        Naming(before: "#[Peer]", name: unnamed), Naming(before: "# Name =", name: unnamed),
        Naming(before: "# old key \(KeyVector.bob.privateKey)", name: unnamed),
        Naming(before: "# PrivateKey = \(KeyVector.bob.privateKey)", name: unnamed),
        Naming(before: "", atEnd: "# x", name: unnamed),
        // Names that would break a list, a terminal or a file are mended.
        Naming(before: "# Name = a\u{1B}[2Jb", name: "a [2Jb"), Naming(before: "# Name = a\u{202E}b", name: "a b"),
        Naming(before: "# Name = a\rb", name: "a b"), Naming(before: "# Name = \u{2028}x\u{3000}", name: "x"),
        Naming(before: "# Name = \u{200B}\u{200D}", name: unnamed),
        Naming(before: "# Name = " + String(repeating: "é", count: 1000), name: String(repeating: "é", count: 64)),
        Naming(before: "# Name = a" + String(repeating: "\u{301}", count: 9000), name: unnamed),
        // What references by number are written as is no name, but its number is one.
        Naming(before: "# Name = #12", name: "12"), Naming(before: "# #12", name: "12"),
        Naming(before: "# Name = \u{1B}#7", name: "7"), Naming(before: "# Name = #7 a", name: "#7 a"),
        Naming(before: "# Name = first", name: "first 2"),
        Naming(before: "# Name = peer-AQEBAQEB", name: "peer-AQEBAQEB"),
        Naming(
            before: "# Name = " + String(repeating: "x", count: 100_000), name: String(repeating: "x", count: 64)),
    ]

    @Test("a name comes from the comment that stands with the peer, and is valid and unique", arguments: namings)
    func names(naming: Naming) throws {
        let file = try ServerConfiguration(
            parsing: """
                [Interface]
                [Peer]
                # Name = first
                PublicKey = \(Files.key(1))

                \(naming.before)
                [Peer]\(naming.onHeader)
                \(naming.after)
                PublicKey = \(Files.key(2))
                \(naming.atEnd)
                """)
        #expect(file.peers.map(\.name?.description) == ["first", naming.name])
    }

    @Test("a name that is read like another's is no other name, however it is spelled")
    func spellings() throws {
        let peers = ["b\u{FC}ro", "bu\u{308}ro"].enumerated().map { number, name in
            "# Name = \(name)\n[Peer]\nPublicKey = \(Files.key(UInt8(1 + number)))\n"
        }
        let file = try ServerConfiguration(parsing: "[Interface]\n" + peers.joined())
        #expect(file.peers.map(\.name?.description) == ["b\u{FC}ro", "bu\u{308}ro 2"])
    }

    @Test(
        "a thousand namesakes get a thousand names, long ones too", arguments: ["x", String(repeating: "x", count: 64)])
    func namesakes(name: String) throws {
        let peers = (1...1000).map { "# Name = \(name)\n[Peer]\nPublicKey = \(Files.key(UInt8(1 + $0 % 250)))\n" }
        let file = try ServerConfiguration(parsing: "[Interface]\n" + peers.joined())
        #expect(Set(file.peers.map(\.name)).count == 1000)
        #expect(file.peers[999].name?.description.hasSuffix(" 1000") == true)
    }

    /// A file that is none, the line at fault, and a part of the reason.
    struct Refusal: Sendable, CustomTestStringConvertible {
        var text: String
        var line: Int
        var reason: String
        var testDescription: String { String(text.prefix(80)).quotedForMessage }

        init(_ text: String, _ line: Int, _ reason: String) {
            (self.text, self.line, self.reason) = (text, line, reason)
        }
    }

    private static let secret = KeyVector.bob.privateKey
    private static let head = "[Interface]\nPrivateKey = \(KeyVector.alice.privateKey)\n"
    private static let peer = "\(head)[Peer]\nPublicKey = \(Files.key(1))\n"

    private static let refusals = [
        Refusal("", 1, "no [Interface]"), Refusal("\n\n# x\n", 3, "no [Interface]"),
        Refusal("garbage", 1, "neither a section nor KEY = VALUE"), Refusal("\u{0}\u{1}\u{2}", 1, "NUL"),
        Refusal("\(head)x\0y", 3, "NUL"), Refusal("\(head)# x\0y", 3, "NUL"),
        Refusal("[Interface]\n" + String(repeating: "x", count: 1 << 20), 2, "neither"),
        Refusal("[Interface]\n" + String(repeating: "x", count: 1 << 20) + " = 1", 2, "not a key"),
        Refusal("[Interface]\n[" + String(repeating: "x", count: 1 << 20) + "]", 2, "not a section"),
        Refusal("[Interface]\nAddress = " + String(repeating: "1", count: 1 << 20), 2, "not an address"),
        Refusal(String(repeating: "\n", count: (4 << 20) + 1), 1, "4 MiB"),
        Refusal("[Peer]\nPublicKey = \(Files.key(1))\n\(head)", 1, "[Peer] stands before [Interface]"),
        Refusal("\(head)\n[INTERFACE]\n", 4, "a second [Interface]; the first is in line 1"),
        Refusal("\(peer)[Interface]\n", 5, "a second [Interface]"), Refusal("\(head)[Peers]", 3, "not a section"),
        Refusal("\(head)[Peer", 3, "not a section"), Refusal("\(head)[]", 3, "not a section"),
        Refusal("PrivateKey = \(secret)\n[Interface]", 1, "before any section"),
        Refusal("\(head)PrivateKey = \(secret)", 3, "PrivateKey stands twice"),
        Refusal("\(peer)publickey = \(Files.key(2))", 5, "PublicKey stands twice"),
        Refusal("\(head)[Peer]\nAllowedIPs = 10.0.0.1\n[Peer]", 3, "no PublicKey"),
        Refusal("\(head)[Peer]\n", 3, "no PublicKey"),
        Refusal("\(head)PrivatKey = \(secret)", 3, "\"PrivatKey\" is not a key"),
        Refusal("\(head)\(secret)", 3, "this is not a key"), Refusal("\(head)= x", 3, "not a key"),
        Refusal("\(head)PublicKey = \(Files.key(1))", 3, "does not belong in [Interface]"),
        Refusal("\(peer)Address = 10.0.0.1/24", 5, "does not belong in [Peer]"),
        Refusal("\(peer)PostUp = x", 5, "does not belong in [Peer]"),
        Refusal("[Interface]\nPrivateKey = \(secret.dropLast(2))", 2, "a private key is 44 characters"),
        Refusal("[Interface]\nPrivateKey = \(secret)=", 2, "a private key is 44 characters"),
        Refusal("[Interface]\nPrivateKey =", 2, "a private key is 44 characters"),
        Refusal("\(peer)PresharedKey = \(secret.dropFirst())", 5, "a preshared key is 44 characters"),
        Refusal("\(head)[Peer]\nPublicKey = x", 4, "a key is 44 characters"),
        Refusal("\(head)[Peer]\nPublicKey = \(String(repeating: "A", count: 43))=", 4, "belongs to nobody"),
        Refusal("\(head)Address = 10.0.0.1/33", 3, "not an address"),
        Refusal("\(head)Address = 10.0.0/8", 3, "not an address"), Refusal("\(head)Address = x", 3, "not an address"),
        Refusal("\(head)Address = \(secret)", 3, "not an address"),
        Refusal("\(head)ListenPort = 65536", 3, "not a port"), Refusal("\(head)ListenPort = -1", 3, "not a port"),
        Refusal("\(head)ListenPort =", 3, "not a port"),
        Refusal("\(head)ListenPort = 99999999999999999999", 3, "not a port"),
        Refusal("\(head)ListenPort = ٣", 3, "not a port"), Refusal("\(head)MTU = 0", 3, "not an MTU"),
        Refusal("\(head)MTU = x", 3, "not an MTU"), Refusal("\(peer)AllowedIPs = 10.0.0.0/", 5, "not an address"),
        Refusal("\(peer)AllowedIPs = 10.0.0.1,", 5, "not an address"),
        Refusal("\(peer)AllowedIPs = 10.0.0.1 10.0.0.2", 5, "not an address"),
        Refusal("\(peer)AllowedIPs = ::/129", 5, "not an address"),
        Refusal("\(peer)AllowedIPs = fe80::1%eth0", 5, "not"),
        Refusal("\(peer)PersistentKeepalive = 65536", 5, "a keepalive"),
        Refusal("\(peer)PersistentKeepalive = on", 5, "a"),
        Refusal("\(peer)Endpoint = 192.0.2.1", 5, "not an endpoint"),
        Refusal("\(peer)Endpoint = x:0", 5, "not an endpoint"),
        Refusal("\(peer)Endpoint = a b:1", 5, "not an endpoint"),
        Refusal("\(peer)Endpoint = \(secret)", 5, "not an endpoint"),
        Refusal("\(peer)Endpoint = 2001:db8::1:51820", 5, "not an endpoint"),
    ]

    @Test("what is no such file is refused, with the line, without repeating a secret", arguments: refusals)
    func refuses(refusal: Refusal) throws {
        let fault = try #require(throws: ServerConfigurationFault.self) {
            try ServerConfiguration(parsing: refusal.text)
        }
        #expect(fault.line == refusal.line)
        #expect(fault.reason.contains(refusal.reason), "\(fault)")
        #expect(fault.description == "line \(fault.line): \(fault.reason)")
        #expect(fault.reason.utf8.count < 500)
        #expect(!fault.reason.contains(Self.secret.dropFirst().prefix(20)))
        #expect(!fault.reason.unicodeScalars.contains { $0.properties.generalCategory == .control })
    }

    @Test(
        "names of hosts and addresses of one link are told, not looked up",
        arguments: ["a.example:1", "[fe80::1%eth0]:9"])
    func namedEndpoints(text: String) throws {
        let file = try ServerConfiguration(parsing: "\(Self.peer)Endpoint = \(text)")
        #expect(file.peers.first?.endpoint == nil)
        #expect(file.foreignLines == [ServerConfiguration.ForeignLine(line: 5, key: "Endpoint")])
    }

    @Test(
        "no piece of a secret that stands in the wrong place is told",
        arguments: [
            "MTU = \(secret.prefix(38))", "[\(secret.prefix(38))]", "\(secret.prefix(30)) = 1",
            "Address = \(secret.prefix(20)) \(secret.dropFirst(20))", "PostUp = curl --password hunter2",
        ])
    func misplacedSecret(line: String) throws {
        do throws(ServerConfigurationFault) {
            let file = try ServerConfiguration(parsing: "\(Self.head)\(line)\n")
            #expect(!Printed.everyWay(file).contains { $0.contains("hunter2") })
        } catch {
            #expect(error.line == 3)
            #expect(
                !error.reason.contains(Self.secret.prefix(12))
                    && !error.reason.contains(Self.secret.dropFirst(20).prefix(8)))
        }
    }

    @Test("no way of printing a file's value shows its secrets")
    func redaction() throws {
        for text in Files.all {
            let file = try ServerConfiguration(parsing: text)
            let key = try #require(file.privateKey).revealed
            for printed in Printed.everyWay(file) {
                #expect(!printed.contains(key))
                #expect(!printed.contains(KeyVector.capturedPresharedKey))
            }
        }
    }

    @Test("no change of a few characters makes the reader trap, or tell a line that is not there")
    func mutations() throws {
        var random = SeededGenerator()
        for text in Files.all {
            for _ in 0..<150 {
                let mutated = random.mutated(random.mutated(text))
                do throws(ServerConfigurationFault) {
                    let file = try ServerConfiguration(parsing: mutated)
                    #expect(Set(file.peers.map(\.name)).count == file.peers.count, "\(random)")
                } catch {
                    let lines = mutated.utf8.split(separator: 10, omittingEmptySubsequences: false).count
                    #expect((1...lines).contains(error.line), "\(random)")
                    #expect(!error.reason.contains(KeyVector.alice.privateKey.prefix(20)), "\(random)")
                }
            }
        }
    }

    @Test("as many peers as a file can hold are read")
    func manyPeers() throws {
        let text = "[Interface]\n" + String(repeating: "[Peer]\nPublicKey=\(Files.key(1))\n", count: 67_000)
        #expect((4_100_000...ServerConfiguration.maximumBytes).contains(text.utf8.count))
        #expect(try ServerConfiguration(parsing: text).peers.count == 67_000)
    }
}
