import Foundation
import Testing
import WGPilotCore

/// What is expected was written by hand from the peer specification (section "Allowed IPs in Client Config") and from
/// wg(8) and wg-quick(8): the AllowedIPs of each cell, and the whole files at the end. What differs between the files of
/// one cell is composed by ``lines(_:_:)``, which shares no code with the product.
@Suite("The client's file in every mode, tunnel, role and family, with every option")
struct ClientConfigurationTableTests {
    /// A mode, tunnel, role and family, and the AllowedIPs that belong to it.
    struct Cell: Sendable, CustomTestStringConvertible {
        var mode: NetworkMode
        var networkTunnel: TunnelScope = .full
        var peerTunnel: TunnelScope?
        var role: PeerRole = .client
        var isDual: Bool
        /// The sites of the network in the order in which they were made, this peer's own among them.
        var sites: [String] = []
        var ownSites: [String] = []
        /// What this peer keeps out of its tunnel in the variants with excluded blocks.
        var excluded: [String]
        /// AllowedIPs of the plain file.
        var plain: String
        var plainExcluding: String
        /// With the network's 192.168.9.0/24 and this peer's 172.16.0.0/12 besides; nil where such blocks are refused.
        var extra: String?
        var extraExcluding: String?

        var testDescription: String {
            "\(mode.rawValue), network \(networkTunnel), peer \(peerTunnel.map { "\($0)" } ?? "as the network"), "
                + "\(role.rawValue), \(isDual ? "dual stack" : "IPv4")\(sites.isEmpty ? "" : ", sites")"
        }
    }

    /// What may be in a file or not, whatever the mode.
    struct Options: Sendable {
        var presharedKey: Bool
        var dns: Bool
        var mtu: Bool
        var keepalive: UInt16
        var endpoint: Endpoint
        var privateKey: Bool

        enum Endpoint: CaseIterable { case name, v4, v6 }

        static let all: [Options] = [true, false].flatMap { presharedKey in
            [true, false].flatMap { dns in
                [true, false].flatMap { mtu in
                    [25, 0].flatMap { keepalive in
                        Endpoint.allCases.flatMap { endpoint in
                            [true, false].map {
                                Options(
                                    presharedKey: presharedKey, dns: dns, mtu: mtu, keepalive: keepalive,
                                    endpoint: endpoint, privateKey: $0)
                            }
                        }
                    }
                }
            }
        }
    }

    // MARK: - AllowedIPs by hand

    private static let everything = "0.0.0.0/0, ::/0"
    /// 0.0.0.0/0 without 10.0.0.0/8, whose first octet is 00001010: the sibling of each of its prefixes, by address.
    private static let without10 =
        "0.0.0.0/5, 8.0.0.0/7, 11.0.0.0/8, 12.0.0.0/6, 16.0.0.0/4, 32.0.0.0/3, 64.0.0.0/2, 128.0.0.0/1"
    /// ::/0 without fd00::/8, whose first octet is 11111101.
    private static let withoutFD = "::/1, 8000::/2, c000::/3, e000::/4, f000::/5, f800::/6, fc00::/8, fe00::/7"

    private static func gateway(
        _ network: TunnelScope, _ peer: TunnelScope?, dual: Bool, is scope: TunnelScope
    ) -> Cell {
        var cell = Cell(
            mode: .gateway, networkTunnel: network, peerTunnel: peer, isDual: dual, excluded: [], plain: "",
            plainExcluding: "")
        switch (scope, dual) {
        case (.full, false):
            cell.plain = everything
            cell.excluded = ["10.0.0.0/8"]
            cell.plainExcluding = without10 + ", ::/0"
        case (.full, true):
            cell.plain = everything
            cell.excluded = ["fd00::/8", "10.0.0.0/8"]
            cell.plainExcluding = without10 + ", " + withoutFD
        case (.split, false):
            cell.plain = "10.8.0.0/24"
            cell.extra = "10.8.0.0/24, 192.168.9.0/24, 172.16.0.0/12"
            cell.excluded = ["10.8.0.128/25", "172.16.0.0/13", "192.168.9.0/24"]
            cell.plainExcluding = "10.8.0.0/25"
            cell.extraExcluding = "10.8.0.0/25, 172.24.0.0/13"
        case (.split, true):
            cell.plain = "10.8.0.0/24, fd00:8::/64"
            cell.extra = "10.8.0.0/24, fd00:8::/64, 192.168.9.0/24, 172.16.0.0/12"
            cell.excluded = ["10.8.0.1/32", "fd00:8::/65"]
            // The siblings of 10.8.0.1/32's prefixes down to the /24.
            let without1 =
                "10.8.0.0/32, 10.8.0.2/31, 10.8.0.4/30, 10.8.0.8/29, 10.8.0.16/28, 10.8.0.32/27, 10.8.0.64/26, "
                + "10.8.0.128/25"
            cell.plainExcluding = without1 + ", fd00:8:0:0:8000::/65"
            cell.extraExcluding = without1 + ", fd00:8:0:0:8000::/65, 192.168.9.0/24, 172.16.0.0/12"
        }
        return cell
    }

    /// The specification's "Remote site subnets".
    private static let siteCells = [
        Cell(
            mode: .siteToSite, isDual: false, sites: ["192.168.3.0/24", "192.168.2.0/24", "192.168.1.0/24"],
            excluded: ["192.168.3.0/25"],
            plain: "192.168.3.0/24, 192.168.2.0/24, 192.168.1.0/24",
            plainExcluding: "192.168.3.128/25, 192.168.2.0/24, 192.168.1.0/24"),
        Cell(
            mode: .siteToSite, isDual: true,
            sites: ["192.168.3.0/24", "fd01:3::/48", "192.168.2.0/24", "192.168.1.0/24"],
            excluded: ["fc00::/7"],
            plain: "192.168.3.0/24, fd01:3::/48, 192.168.2.0/24, 192.168.1.0/24",
            plainExcluding: "192.168.3.0/24, 192.168.2.0/24, 192.168.1.0/24"),
        Cell(
            mode: .siteToSite, role: .siteGateway, isDual: false,
            sites: ["192.168.3.0/24", "192.168.2.0/24", "192.168.1.0/24"], ownSites: ["192.168.2.0/24"],
            excluded: ["192.168.1.0/24"],
            plain: "192.168.3.0/24, 192.168.1.0/24", plainExcluding: "192.168.3.0/24"),
        Cell(
            mode: .siteToSite, role: .siteGateway, isDual: true,
            sites: ["192.168.3.0/24", "fd01:3::/48", "192.168.2.0/24", "fd01:2::/48", "192.168.1.0/24"],
            ownSites: ["192.168.2.0/24", "fd01:2::/48"], excluded: ["fd01:3::/49"],
            plain: "192.168.3.0/24, fd01:3::/48, 192.168.1.0/24",
            plainExcluding: "192.168.3.0/24, fd01:3:0:8000::/49, 192.168.1.0/24"),
        // With the only site kept out nothing is left, and the line is absent.
        Cell(
            mode: .siteToSite, isDual: false, sites: ["192.168.7.0/24"], excluded: ["192.168.7.0/24"],
            plain: "192.168.7.0/24", plainExcluding: ""),
        // Without another site the tunnel still leads to the network itself.
        Cell(
            mode: .siteToSite, isDual: false, excluded: ["10.8.0.0/25"], plain: "10.8.0.0/24",
            plainExcluding: "10.8.0.128/25"),
        Cell(
            mode: .siteToSite, role: .siteGateway, isDual: true, sites: ["192.168.2.0/24"],
            ownSites: ["192.168.2.0/24"], excluded: ["10.8.0.0/25"], plain: "10.8.0.0/24, fd00:8::/64",
            plainExcluding: "10.8.0.128/25, fd00:8::/64"),
    ]

    static let cells: [Cell] =
        [false, true].flatMap { dual in
            [
                gateway(.full, nil, dual: dual, is: .full), gateway(.full, .full, dual: dual, is: .full),
                gateway(.full, .split, dual: dual, is: .split), gateway(.split, nil, dual: dual, is: .split),
                gateway(.split, .full, dual: dual, is: .full), gateway(.split, .split, dual: dual, is: .split),
            ]
        } + siteCells + [
            // The specification's "Network subnet"; the network's tunnel and custom blocks are for gateways.
            Cell(
                mode: .hubRouted, isDual: false, excluded: ["10.8.0.0/25"], plain: "10.8.0.0/24",
                plainExcluding: "10.8.0.128/25"),
            Cell(
                mode: .hubRouted, networkTunnel: .split, isDual: true, excluded: ["fd00:8::/64"],
                plain: "10.8.0.0/24, fd00:8::/64", plainExcluding: "10.8.0.0/24"),
        ]

    // MARK: - The product's side

    private static func settings(
        _ cell: Cell, _ options: Options, extra: Bool, excluding: Bool
    ) throws -> (network: NetworkSettings, peer: PeerSettings) {
        var network = try Samples.network(cell.mode, subnet6: cell.isDual ? "fd00:8::/64" : nil)
        network.tunnel = cell.networkTunnel
        var peer = try Samples.peer()
        peer.role = cell.role
        peer.tunnel = cell.peerTunnel
        peer.siteNetworks = try Samples.prefixes(cell.ownSites)
        peer.persistentKeepalive = options.keepalive
        if extra {
            network.customCIDRs = try Samples.prefixes(["192.168.9.0/24"])
            peer.extraCIDRs = try Samples.prefixes(["172.16.0.0/12"])
        }
        if excluding { peer.excludedCIDRs = try Samples.prefixes(cell.excluded) }
        if options.dns {
            network.dnsServers = try Samples.addresses(["10.8.0.1", "2001:db8::53"])
            network.searchDomains = ["example.org", "corp"]
        }
        if options.mtu { network.mtu = 1380 }
        switch options.endpoint {
        case .name: break
        case .v4: network.endpointHost = try EndpointHost("192.0.2.1")
        case .v6: network.endpointHost = try EndpointHost("2001:db8::1")
        }
        return (network, peer)
    }

    private static func file(
        _ cell: Cell, _ options: Options, extra: Bool = false, excluding: Bool = false
    ) throws -> String {
        let (network, peer) = try settings(cell, options, extra: extra, excluding: excluding)
        #expect(network.validate().isEmpty)
        // A site gateway has a site; the cell without others has it alone.
        #expect(peer.validate(in: network).map(\.fault.message) == [])
        return ClientConfiguration(
            peer: Peer(
                id: 1, networkID: 1, settings: peer, publicKey: try PublicKey(KeyVector.captured.publicKey),
                hostNumber: 7, custody: options.privateKey ? .held : .client, hasPresharedKey: options.presharedKey,
                createdAt: 0, updatedAt: 0),
            network: Network(
                id: 1, settings: network, interface: try InterfaceName("wg0"),
                publicKey: try PublicKey(KeyVector.alice.publicKey), createdAt: 0, updatedAt: 0),
            plan: try #require(network.addressPlan),
            privateKey: options.privateKey ? try PrivateKey(KeyVector.captured.privateKey) : nil,
            presharedKey: options.presharedKey ? try PresharedKey(KeyVector.capturedPresharedKey) : nil,
            otherSites: try Samples.prefixes(cell.sites), defaultEndpointHost: try EndpointHost("vpn.example.org")
        ).text
    }

    // MARK: - The reference

    /// The file as the specification draws it, line by line, for these AllowedIPs.
    private static func lines(_ cell: Cell, _ options: Options, allowedIPs: String) -> String {
        var text = "# Generated by wgpilot — laptop\n[Interface]\n"
        text +=
            options.privateKey
            ? "PrivateKey = EHrzNkjPObWuK8k2zZciziTmRSbd1c48iRbJ4LRTUX8=\n"
            : "# PrivateKey = (kept by the client: put it here)\n"
        text += cell.isDual ? "Address = 10.8.0.7/32, fd00:8::7/128\n" : "Address = 10.8.0.7/32\n"
        text += options.dns ? "DNS = 10.8.0.1, 2001:db8::53, example.org, corp\n" : ""
        text += options.mtu ? "MTU = 1380\n" : ""
        text += "\n[Peer]\nPublicKey = hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=\n"
        text += options.presharedKey ? "PresharedKey = 8JMJScF72qnh9VrrCIs9EvtjVik9GyIfiFbfT/mqBz4=\n" : ""
        text += allowedIPs.isEmpty ? "" : "AllowedIPs = \(allowedIPs)\n"
        switch options.endpoint {
        case .name: text += "Endpoint = vpn.example.org:51820\n"
        case .v4: text += "Endpoint = 192.0.2.1:51820\n"
        case .v6: text += "Endpoint = [2001:db8::1]:51820\n"
        }
        text += options.keepalive == 25 ? "PersistentKeepalive = 25\n" : ""
        return text
    }

    @Test("each cell's file is the specification's, with and without each option", arguments: cells)
    func everyCombination(cell: Cell) throws {
        for options in Options.all {
            #expect(try Self.file(cell, options) == Self.lines(cell, options, allowedIPs: cell.plain))
            #expect(
                try Self.file(cell, options, excluding: true)
                    == Self.lines(cell, options, allowedIPs: cell.plainExcluding))
            if let extra = cell.extra {
                #expect(try Self.file(cell, options, extra: true) == Self.lines(cell, options, allowedIPs: extra))
            }
            if let extra = cell.extraExcluding {
                #expect(
                    try Self.file(cell, options, extra: true, excluding: true)
                        == Self.lines(cell, options, allowedIPs: extra))
            }
        }
    }

    @Test("wg-quick takes the file with and without each option, and hands on all but what is its own")
    func everyOptionForWGQuick() async throws {
        for options in Options.all {
            let file = try Self.file(Self.cells[0], options)
            let outcome = try await WireGuardTools.withFile(file) { path in
                try await WireGuardTools.run("wg-quick", ["strip", path])
            }
            #expect(outcome.status == 0 && outcome.error.isEmpty, "\(options): \(outcome.error)")
            let own = ["Address", "DNS", "MTU"]
            let expected = file.split(separator: "\n").filter { line in !own.contains { line.hasPrefix($0) } }
            #expect(outcome.output.split(separator: "\n") == expected, "\(options)")
        }
    }

    @Test(
        "wg(8) sets up a device from the file of each cell, and has the AllowedIPs that are meant",
        .enabled(if: geteuid() == 0, "namespaces need root"))
    func everyShapeForWG() async throws {
        // Of a name there is nobody to ask in a namespace of the test's own.
        let options = Self.options(endpoint: .v4)
        var blocks: [String: String] = [:]
        for cell in Self.cells {
            blocks[try Self.file(cell, options)] = cell.plain
            blocks[try Self.file(cell, options, excluding: true)] = cell.plainExcluding
            if let extra = cell.extra { blocks[try Self.file(cell, options, extra: true)] = extra }
            if let extra = cell.extraExcluding {
                blocks[try Self.file(cell, options, extra: true, excluding: true)] = extra
            }
        }
        let files = blocks.keys.sorted()
        for (file, dump) in zip(files, try await ServerConfigurationToolsTests.dumps(files)) {
            // Public key, preshared key, endpoint, allowed IPs, handshake, received, sent, keepalive (wg(8), `dump`).
            let peer = try #require(dump, "refused: \(file)").split(separator: "\n").last?.split(separator: "\t")
            let fields = try #require(peer).map(String.init)
            #expect(fields[0] == KeyVector.alice.publicKey && fields[1] == KeyVector.capturedPresharedKey)
            #expect(fields[2] == "192.0.2.1:51820" && fields[7] == "25")
            let allowed = fields[3] == "(none)" ? [] : Set(fields[3].split(separator: ",").map(String.init))
            let meant = Set((blocks[file] ?? "?").components(separatedBy: ", ")).subtracting([""])
            #expect(allowed == meant, "\(file)")
        }
    }

    @Test("no cell is missing: each mode, tunnel, role and family that goes together")
    func cellsAreComplete() {
        let found = Self.cells.map {
            "\($0.mode)/\($0.networkTunnel)/\($0.peerTunnel.map { "\($0)" } ?? "-")/\($0.isDual)"
        }
        for dual in [true, false] {
            for network in ["full", "split"] {
                for peer in ["-", "full", "split"] {
                    #expect(found.contains("gateway/\(network)/\(peer)/\(dual)"))
                }
            }
            #expect(Self.cells.contains { $0.mode == .hubRouted && $0.isDual == dual })
            for role in PeerRole.allCases {
                #expect(Self.cells.contains { $0.mode == .siteToSite && $0.role == role && $0.isDual == dual })
            }
        }
    }

    @Test("the variants that a cell lacks are refused: they go with no such mode or tunnel", arguments: cells)
    func whatHasNoCellIsRefused(cell: Cell) throws {
        let options = Options.all[0]
        var (network, peer) = try Self.settings(cell, options, extra: false, excluding: false)
        peer.extraCIDRs = try Samples.prefixes(["172.16.0.0/12"])
        #expect(peer.validate(in: network).contains { $0.field == .extraCIDRs } == (cell.extra == nil))
        (network, peer) = try Self.settings(cell, options, extra: false, excluding: false)
        peer.role = .siteGateway
        peer.siteNetworks = try Samples.prefixes(["192.168.2.0/24"])
        #expect(peer.validate(in: network).contains { $0.field == .role } == (cell.mode != .siteToSite))
        for tunnel in [TunnelScope.full, .split] {
            peer.tunnel = tunnel
            #expect(peer.validate(in: network).contains { $0.field == .tunnel } == (cell.mode != .gateway))
        }
    }

    // MARK: - Whole files

    /// A file in full, letter by letter, and the cell and options that it is of.
    struct Whole: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var cell: Cell
        var options: Options
        var extra = false
        var excluding = false
        var text: String
    }

    private static func options(
        presharedKey: Bool = true, dns: Bool = false, mtu: Bool = false, keepalive: UInt16 = 25,
        endpoint: Options.Endpoint = .name, privateKey: Bool = true
    ) -> Options {
        Options(
            presharedKey: presharedKey, dns: dns, mtu: mtu, keepalive: keepalive, endpoint: endpoint,
            privateKey: privateKey)
    }

    static let wholes: [Whole] = [
        Whole(
            testDescription: "gateway, full tunnel, IPv4",
            cell: gateway(.full, nil, dual: false, is: .full), options: options(),
            text: """
                # Generated by wgpilot — laptop
                [Interface]
                PrivateKey = EHrzNkjPObWuK8k2zZciziTmRSbd1c48iRbJ4LRTUX8=
                Address = 10.8.0.7/32

                [Peer]
                PublicKey = hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=
                PresharedKey = 8JMJScF72qnh9VrrCIs9EvtjVik9GyIfiFbfT/mqBz4=
                AllowedIPs = 0.0.0.0/0, ::/0
                Endpoint = vpn.example.org:51820
                PersistentKeepalive = 25

                """),
        Whole(
            testDescription: "gateway, full tunnel, dual stack, every option",
            cell: gateway(.full, nil, dual: true, is: .full), options: options(dns: true, mtu: true, endpoint: .v6),
            text: """
                # Generated by wgpilot — laptop
                [Interface]
                PrivateKey = EHrzNkjPObWuK8k2zZciziTmRSbd1c48iRbJ4LRTUX8=
                Address = 10.8.0.7/32, fd00:8::7/128
                DNS = 10.8.0.1, 2001:db8::53, example.org, corp
                MTU = 1380

                [Peer]
                PublicKey = hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=
                PresharedKey = 8JMJScF72qnh9VrrCIs9EvtjVik9GyIfiFbfT/mqBz4=
                AllowedIPs = 0.0.0.0/0, ::/0
                Endpoint = [2001:db8::1]:51820
                PersistentKeepalive = 25

                """),
        Whole(
            testDescription: "gateway, full tunnel, dual stack, as few lines as there can be",
            cell: gateway(.full, .full, dual: true, is: .full),
            options: options(presharedKey: false, keepalive: 0, endpoint: .v4),
            text: """
                # Generated by wgpilot — laptop
                [Interface]
                PrivateKey = EHrzNkjPObWuK8k2zZciziTmRSbd1c48iRbJ4LRTUX8=
                Address = 10.8.0.7/32, fd00:8::7/128

                [Peer]
                PublicKey = hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=
                AllowedIPs = 0.0.0.0/0, ::/0
                Endpoint = 192.0.2.1:51820

                """),
        Whole(
            testDescription: "gateway, full tunnel, IPv4, without 10.0.0.0/8",
            cell: gateway(.full, nil, dual: false, is: .full), options: options(presharedKey: false), excluding: true,
            text: """
                # Generated by wgpilot — laptop
                [Interface]
                PrivateKey = EHrzNkjPObWuK8k2zZciziTmRSbd1c48iRbJ4LRTUX8=
                Address = 10.8.0.7/32

                [Peer]
                PublicKey = hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=
                AllowedIPs = 0.0.0.0/5, 8.0.0.0/7, 11.0.0.0/8, 12.0.0.0/6, 16.0.0.0/4, 32.0.0.0/3, 64.0.0.0/2, 128.0.0.0/1, ::/0
                Endpoint = vpn.example.org:51820
                PersistentKeepalive = 25

                """),
        Whole(
            testDescription: "gateway, the network's split tunnel, IPv4, further blocks",
            cell: gateway(.split, nil, dual: false, is: .split), options: options(dns: true), extra: true,
            text: """
                # Generated by wgpilot — laptop
                [Interface]
                PrivateKey = EHrzNkjPObWuK8k2zZciziTmRSbd1c48iRbJ4LRTUX8=
                Address = 10.8.0.7/32
                DNS = 10.8.0.1, 2001:db8::53, example.org, corp

                [Peer]
                PublicKey = hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=
                PresharedKey = 8JMJScF72qnh9VrrCIs9EvtjVik9GyIfiFbfT/mqBz4=
                AllowedIPs = 10.8.0.0/24, 192.168.9.0/24, 172.16.0.0/12
                Endpoint = vpn.example.org:51820
                PersistentKeepalive = 25

                """),
        Whole(
            testDescription: "gateway, the peer's own split tunnel in a full one, dual stack",
            cell: gateway(.full, .split, dual: true, is: .split), options: options(mtu: true, endpoint: .v4),
            text: """
                # Generated by wgpilot — laptop
                [Interface]
                PrivateKey = EHrzNkjPObWuK8k2zZciziTmRSbd1c48iRbJ4LRTUX8=
                Address = 10.8.0.7/32, fd00:8::7/128
                MTU = 1380

                [Peer]
                PublicKey = hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=
                PresharedKey = 8JMJScF72qnh9VrrCIs9EvtjVik9GyIfiFbfT/mqBz4=
                AllowedIPs = 10.8.0.0/24, fd00:8::/64
                Endpoint = 192.0.2.1:51820
                PersistentKeepalive = 25

                """),
        Whole(
            testDescription: "gateway, the peer's own full tunnel in a split one, the private key with the client",
            cell: gateway(.split, .full, dual: false, is: .full), options: options(privateKey: false),
            text: """
                # Generated by wgpilot — laptop
                [Interface]
                # PrivateKey = (kept by the client: put it here)
                Address = 10.8.0.7/32

                [Peer]
                PublicKey = hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=
                PresharedKey = 8JMJScF72qnh9VrrCIs9EvtjVik9GyIfiFbfT/mqBz4=
                AllowedIPs = 0.0.0.0/0, ::/0
                Endpoint = vpn.example.org:51820
                PersistentKeepalive = 25

                """),
        Whole(
            testDescription: "gateway, split tunnel, IPv4, further blocks and some of them kept out",
            cell: gateway(.split, .split, dual: false, is: .split), options: options(keepalive: 0), extra: true,
            excluding: true,
            text: """
                # Generated by wgpilot — laptop
                [Interface]
                PrivateKey = EHrzNkjPObWuK8k2zZciziTmRSbd1c48iRbJ4LRTUX8=
                Address = 10.8.0.7/32

                [Peer]
                PublicKey = hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=
                PresharedKey = 8JMJScF72qnh9VrrCIs9EvtjVik9GyIfiFbfT/mqBz4=
                AllowedIPs = 10.8.0.0/25, 172.24.0.0/13
                Endpoint = vpn.example.org:51820

                """),
        Whole(
            testDescription: "site-to-site, a client, IPv4: all sites",
            cell: siteCells[0], options: options(),
            text: """
                # Generated by wgpilot — laptop
                [Interface]
                PrivateKey = EHrzNkjPObWuK8k2zZciziTmRSbd1c48iRbJ4LRTUX8=
                Address = 10.8.0.7/32

                [Peer]
                PublicKey = hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=
                PresharedKey = 8JMJScF72qnh9VrrCIs9EvtjVik9GyIfiFbfT/mqBz4=
                AllowedIPs = 192.168.3.0/24, 192.168.2.0/24, 192.168.1.0/24
                Endpoint = vpn.example.org:51820
                PersistentKeepalive = 25

                """),
        Whole(
            testDescription: "site-to-site, a site gateway, dual stack: the other sites",
            cell: siteCells[3], options: options(presharedKey: false, mtu: true, endpoint: .v6),
            text: """
                # Generated by wgpilot — laptop
                [Interface]
                PrivateKey = EHrzNkjPObWuK8k2zZciziTmRSbd1c48iRbJ4LRTUX8=
                Address = 10.8.0.7/32, fd00:8::7/128
                MTU = 1380

                [Peer]
                PublicKey = hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=
                AllowedIPs = 192.168.3.0/24, fd01:3::/48, 192.168.1.0/24
                Endpoint = [2001:db8::1]:51820
                PersistentKeepalive = 25

                """),
        Whole(
            testDescription: "site-to-site, the only site gateway: the network itself",
            cell: siteCells[6], options: options(keepalive: 0, endpoint: .v4, privateKey: false),
            text: """
                # Generated by wgpilot — laptop
                [Interface]
                # PrivateKey = (kept by the client: put it here)
                Address = 10.8.0.7/32, fd00:8::7/128

                [Peer]
                PublicKey = hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=
                PresharedKey = 8JMJScF72qnh9VrrCIs9EvtjVik9GyIfiFbfT/mqBz4=
                AllowedIPs = 10.8.0.0/24, fd00:8::/64
                Endpoint = 192.0.2.1:51820

                """),
        Whole(
            testDescription: "hub-routed, IPv4",
            cell: cells[cells.count - 2], options: options(dns: true),
            text: """
                # Generated by wgpilot — laptop
                [Interface]
                PrivateKey = EHrzNkjPObWuK8k2zZciziTmRSbd1c48iRbJ4LRTUX8=
                Address = 10.8.0.7/32
                DNS = 10.8.0.1, 2001:db8::53, example.org, corp

                [Peer]
                PublicKey = hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=
                PresharedKey = 8JMJScF72qnh9VrrCIs9EvtjVik9GyIfiFbfT/mqBz4=
                AllowedIPs = 10.8.0.0/24
                Endpoint = vpn.example.org:51820
                PersistentKeepalive = 25

                """),
        Whole(
            testDescription: "hub-routed, dual stack, the subnet of IPv6 kept out",
            cell: cells[cells.count - 1], options: options(presharedKey: false, endpoint: .v6), excluding: true,
            text: """
                # Generated by wgpilot — laptop
                [Interface]
                PrivateKey = EHrzNkjPObWuK8k2zZciziTmRSbd1c48iRbJ4LRTUX8=
                Address = 10.8.0.7/32, fd00:8::7/128

                [Peer]
                PublicKey = hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=
                AllowedIPs = 10.8.0.0/24
                Endpoint = [2001:db8::1]:51820
                PersistentKeepalive = 25

                """),
    ]

    @Test("whole files, letter by letter", arguments: wholes)
    func wholeFiles(whole: Whole) throws {
        let file = try Self.file(
            whole.cell, whole.options, extra: whole.extra, excluding: whole.excluding)
        #expect(file == whole.text)
    }
}
