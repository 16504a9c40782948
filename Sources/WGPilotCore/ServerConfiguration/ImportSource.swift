/// What there is to import, of a running interface, of a file, or of both: then the interface says what is, and the file
/// what things are called.
struct ImportSource {
    /// One peer.
    struct Peer {
        var name: DisplayName
        var line: Int?
        var publicKey: PublicKey
        var presharedKey: PresharedKey?
        var allowedIPs: [IPPrefix]
        var keepalive: UInt16
        var endpoint: SocketEndpoint?
    }

    /// The running interface; nil where there is a file alone.
    var interface: InterfaceName?
    var privateKey: PrivateKey?
    var addresses: [InterfaceAddress] = []
    var listenPort: UInt16 = 0
    var mtu: Int?
    var peers: [Peer] = []
    /// What the interface routes already; nil where there is none, or where it is down and has no routes.
    var routes: Set<IPPrefix>?

    /// Gathers it, and notes what of the file is not taken over and where the two differ.
    init(interface: ObservedInterface?, file: ServerConfiguration?, findings: inout ImportFindings) {
        for foreign in file?.foreignLines ?? [] {
            switch ServerConfigurationKey(spelling: foreign.key) {
            case .preUp, .postUp, .preDown, .postDown:
                findings.note("\(foreign.key) is not run", line: foreign.line)
            case .endpoint:
                findings.note("Endpoint is not an address, and is not taken over", line: foreign.line)
            default:
                findings.note("\(foreign.key) is not taken over", line: foreign.line)
            }
        }
        if let interface {
            take(interface, file, &findings)
        } else if let file {
            take(file)
        }
    }

    private mutating func take(_ file: ServerConfiguration) {
        privateKey = file.privateKey
        addresses = file.addresses
        listenPort = file.listenPort ?? 0
        mtu = file.mtu
        var names = UniqueNames()
        peers = file.peers.map { peer in
            Peer(
                name: names.take(peer.name, peer.publicKey), line: peer.line, publicKey: peer.publicKey,
                presharedKey: peer.presharedKey, allowedIPs: peer.allowedIPs, keepalive: peer.persistentKeepalive,
                endpoint: peer.endpoint)
        }
    }

    private mutating func take(
        _ interface: ObservedInterface, _ file: ServerConfiguration?, _ findings: inout ImportFindings
    ) {
        self.interface = interface.name
        privateKey = interface.privateKey ?? file?.privateKey
        addresses = interface.addresses.sorted()
        listenPort = interface.listenPort
        mtu = interface.mtu
        if interface.isUp { routes = interface.routes.union(interface.foreignRoutes) }
        var order: [(peer: ObservedPeer, inFile: ServerConfiguration.Peer?)] = []
        var inFile: Set<PublicKey> = []
        for peer in file?.peers ?? [] {
            if !inFile.insert(peer.publicKey).inserted {
                findings.note("its key stands in the file before", line: peer.line, peer: peer.name)
            } else if let observed = interface.peers[peer.publicKey] {
                order.append((observed, peer))
            } else {
                findings.note("it is not on the interface, and is left out", line: peer.line, peer: peer.name)
            }
        }
        order += interface.peers.values.filter { !inFile.contains($0.publicKey) }.map { ($0, $0.allowedIPs.min()) }
            .sorted { left, right in
                switch (left.1, right.1) {
                case (let one?, let other?) where one != other: one < other
                case (nil, _?): false
                case (_?, nil): true
                default: left.0.publicKey < right.0.publicKey
                }
            }.map { ($0.0, nil) }
        var names = UniqueNames()
        for (observed, named) in order {
            let peer = Peer(
                name: names.take(named?.name, observed.publicKey), line: named?.line, publicKey: observed.publicKey,
                presharedKey: observed.presharedKey, allowedIPs: observed.allowedIPs.sorted(),
                keepalive: observed.persistentKeepalive, endpoint: Self.endpoint(observed, named))
            if let file { Self.compare(peer, named, file, &findings) }
            peers.append(peer)
        }
        if let file { compare(interface, file, &findings) }
        if !interface.isUp { findings.note("the interface is down, and will be set up") }
    }

    /// Where the hub first sends to after a restart. A roaming client's last place is not worth keeping; that of a peer
    /// which the hub calls by itself is.
    private static func endpoint(_ observed: ObservedPeer, _ named: ServerConfiguration.Peer?) -> SocketEndpoint? {
        guard let last = observed.status.endpoint else { return nil }
        if let configured = named?.endpoint { return configured }
        return observed.persistentKeepalive > 0 ? last : nil
    }

    private static func compare(
        _ peer: Peer, _ named: ServerConfiguration.Peer?, _ file: ServerConfiguration, _ findings: inout ImportFindings
    ) {
        guard let named else { return findings.note("it is on the interface and not in the file", peer: peer.name) }
        if Set(named.allowedIPs) != Set(peer.allowedIPs) {
            findings.note(
                "the interface has other AllowedIPs than the file: \(shown(peer.allowedIPs))", line: peer.line,
                peer: peer.name)
        }
        if named.presharedKey != peer.presharedKey {
            findings.note(
                "the interface has \(peer.presharedKey == nil ? "no" : "another") preshared key, unlike the file",
                line: peer.line, peer: peer.name)
        }
        if named.persistentKeepalive != peer.keepalive {
            findings.note(
                "the interface has a keepalive of \(peer.keepalive) s, the file of \(named.persistentKeepalive) s",
                line: peer.line, peer: peer.name)
        }
    }

    private static func shown(_ blocks: [IPPrefix]) -> String {
        switch blocks.count {
        case 0: "none"
        case 1...8: blocks.commaSeparated
        default: "\(blocks.prefix(8).commaSeparated) and \(blocks.count - 8) more"
        }
    }

    private func compare(
        _ interface: ObservedInterface, _ file: ServerConfiguration, _ findings: inout ImportFindings
    ) {
        if let own = interface.privateKey, let other = file.privateKey, own != other {
            findings.note("the interface has another private key than the file, and keeps it")
        }
        if let port = file.listenPort, port != interface.listenPort {
            findings.note("the interface has the port \(interface.listenPort), the file \(port)")
        }
        if let mtu = file.mtu, mtu != interface.mtu {
            findings.note("the interface has an MTU of \(interface.mtu), the file of \(mtu)")
        }
        if Set(file.addresses.filter { !$0.address.isLinkLocal }) != interface.addresses {
            let addresses = interface.addresses.sorted().prefix(8).map(\.description).joined(separator: ", ")
            findings.note("the interface has other addresses than the file: \(addresses.isEmpty ? "none" : addresses)")
        }
    }
}

extension IPAddress {
    /// Whether it is an IPv6 address of one link alone (RFC 4291 §2.5.6), which the kernel looks after.
    var isLinkLocal: Bool { !isV4 && number >> 118 == 0xFE80 >> 6 }
}
