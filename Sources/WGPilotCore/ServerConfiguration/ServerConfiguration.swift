/// What a wg-quick file of a hub says (wg-quick(8), wg(8)): one interface with its peers.
///
/// It holds secrets. They do not show in its description, but they do in ``text``.
public struct ServerConfiguration: Equatable, Sendable {
    /// One `[Peer]` section.
    public struct Peer: Equatable, Sendable {
        /// What a comment calls it; unique in a file that was parsed.
        public var name: DisplayName?
        /// Its public key.
        public var publicKey: PublicKey
        /// Its preshared key; nil is none.
        public var presharedKey: PresharedKey?
        /// What it may send from and is sent to, in the file's order, each block once.
        public var allowedIPs: [IPPrefix]
        /// Seconds between the hub's keepalives; 0 is off.
        public var persistentKeepalive: UInt16
        /// Where the hub first sends to.
        public var endpoint: SocketEndpoint?
        /// The line of `[Peer]`, counted from 1; nil for what was never in a file.
        public var line: Int?

        /// Makes it from its parts.
        public init(
            name: DisplayName?, publicKey: PublicKey, presharedKey: PresharedKey? = nil, allowedIPs: [IPPrefix] = [],
            persistentKeepalive: UInt16 = 0, endpoint: SocketEndpoint? = nil, line: Int? = nil
        ) {
            self.name = name
            self.publicKey = publicKey
            self.presharedKey = presharedKey
            self.allowedIPs = allowedIPs
            self.persistentKeepalive = persistentKeepalive
            self.endpoint = endpoint
            self.line = line
        }
    }

    /// A line that is valid but says nothing that is kept here: a command, a routing table, a resolver. Its value is not
    /// kept: commands hold passwords.
    public struct ForeignLine: Hashable, Sendable {
        /// The line, counted from 1.
        public var line: Int
        /// Its key, spelt as in the manual.
        public var key: String

        /// Makes it from its parts.
        public init(line: Int, key: String) {
            self.line = line
            self.key = key
        }
    }

    /// The hub's private key; nil where the file has none.
    public var privateKey: PrivateKey?
    /// The hub's addresses, in the file's order, each once.
    public var addresses: [InterfaceAddress]
    /// The UDP port; nil where the kernel chooses one.
    public var listenPort: UInt16?
    /// The MTU; nil where wg-quick chooses one.
    public var mtu: Int?
    /// The peers, in the file's order.
    public var peers: [Peer]
    /// How many peers were left out because they are disabled; ``text`` says so.
    public var disabledPeers = 0
    /// The lines that are not taken over, in the file's order. ``text`` does not have them.
    public var foreignLines: [ForeignLine]

    /// Makes it from its parts.
    public init(
        privateKey: PrivateKey? = nil, addresses: [InterfaceAddress] = [], listenPort: UInt16? = nil, mtu: Int? = nil,
        peers: [Peer] = [], foreignLines: [ForeignLine] = []
    ) {
        self.privateKey = privateKey
        self.addresses = addresses
        self.listenPort = listenPort
        self.mtu = mtu
        self.peers = peers
        self.foreignLines = foreignLines
    }

    /// What the interface of a network is brought to: disabled peers are left out.
    public init(
        network: Network, privateKey: PrivateKey, peers: [(peer: WGPilotCore.Peer, presharedKey: PresharedKey?)],
        plan: AddressPlan
    ) {
        var addresses = [InterfaceAddress(address: plan.hubAddress, prefixLength: plan.subnet.length)]
        if let subnet6 = plan.subnet6, let address = plan.hubAddress6 {
            addresses.append(InterfaceAddress(address: address, prefixLength: subnet6.length))
        }
        self.init(
            privateKey: privateKey, addresses: addresses, listenPort: network.settings.listenPort,
            mtu: network.settings.mtu,
            peers: peers.filter(\.peer.settings.enabled).map { peer, presharedKey in
                Peer(
                    name: peer.settings.name, publicKey: peer.publicKey, presharedKey: presharedKey,
                    allowedIPs: AllowedIPsPolicy.hubSide(
                        mode: network.settings.mode, addresses: peer.addresses(in: plan),
                        siteNetworks: peer.settings.siteNetworks),
                    persistentKeepalive: peer.settings.hubKeepalive, endpoint: peer.settings.endpoint)
            })
        disabledPeers = peers.count - self.peers.count
    }

    /// The file, ended by a line break. A key without a value is left out: other readers refuse it.
    public var text: String {
        var lines = ["[Interface]"]
        if let privateKey { lines.append("PrivateKey = \(privateKey.revealed)") }
        if !addresses.isEmpty {
            lines.append("Address = \(addresses.map(\.description).joined(separator: ", "))")
        }
        if let listenPort { lines.append("ListenPort = \(listenPort)") }
        if let mtu { lines.append("MTU = \(mtu)") }
        for peer in peers {
            lines += ["", "[Peer]"]
            if let name = peer.name { lines.append("# Name = \(name)") }
            lines.append("PublicKey = \(peer.publicKey)")
            if let presharedKey = peer.presharedKey { lines.append("PresharedKey = \(presharedKey.revealed)") }
            if !peer.allowedIPs.isEmpty { lines.append("AllowedIPs = \(peer.allowedIPs.commaSeparated)") }
            if let endpoint = peer.endpoint { lines.append("Endpoint = \(endpoint)") }
            if peer.persistentKeepalive > 0 { lines.append("PersistentKeepalive = \(peer.persistentKeepalive)") }
        }
        if disabledPeers > 0 { lines += ["", "# Disabled peers that are not in this file: \(disabledPeers)"] }
        return lines.joined(separator: "\n") + "\n"
    }
}
