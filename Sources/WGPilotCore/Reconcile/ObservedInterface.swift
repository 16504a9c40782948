/// What one WireGuard interface is, as the kernel tells it.
public struct ObservedInterface: Sendable {
    /// The interface's name.
    public var name: InterfaceName
    /// Its private key; nil when none is set.
    public var privateKey: PrivateKey?
    /// The UDP port; 0 when none is bound.
    public var listenPort: UInt16
    /// Its MTU.
    public var mtu: Int
    /// Whether it is administratively up (`IFF_UP`).
    public var isUp: Bool
    /// Its addresses of global scope; link-local ones are the kernel's own affair.
    public var addresses: Set<InterfaceAddress>
    /// The routes through it that were made by us (by their protocol number).
    public var routes: Set<IPPrefix>
    /// The other routes through it, made by someone else: `wg-quick`, an administrator, a routing daemon. Those that the
    /// kernel makes for the subnets of addresses are not among them.
    public var foreignRoutes: Set<IPPrefix>
    /// Its peers by public key.
    public var peers: [PublicKey: ObservedPeer]

    /// Makes it from its parts.
    public init(
        name: InterfaceName, privateKey: PrivateKey? = nil, listenPort: UInt16 = 0, mtu: Int, isUp: Bool = false,
        addresses: Set<InterfaceAddress> = [], routes: Set<IPPrefix> = [], foreignRoutes: Set<IPPrefix> = [],
        peers: [PublicKey: ObservedPeer] = [:]
    ) {
        self.name = name
        self.privateKey = privateKey
        self.listenPort = listenPort
        self.mtu = mtu
        self.isUp = isUp
        self.addresses = addresses
        self.routes = routes
        self.foreignRoutes = foreignRoutes
        self.peers = peers
    }
}

/// What one peer is in the kernel.
public struct ObservedPeer: Sendable {
    /// Its public key.
    public var publicKey: PublicKey
    /// Its preshared key; nil is none.
    public var presharedKey: PresharedKey?
    /// What it may send from and is sent to.
    public var allowedIPs: Set<IPPrefix>
    /// Seconds between the hub's keepalives; 0 is off.
    public var persistentKeepalive: UInt16
    /// Its status.
    public var status: PeerStatus

    /// Makes it from its parts.
    public init(
        publicKey: PublicKey, presharedKey: PresharedKey? = nil, allowedIPs: Set<IPPrefix> = [],
        persistentKeepalive: UInt16 = 0, status: PeerStatus = PeerStatus()
    ) {
        self.publicKey = publicKey
        self.presharedKey = presharedKey
        self.allowedIPs = allowedIPs
        self.persistentKeepalive = persistentKeepalive
        self.status = status
    }
}

/// What the kernel tells of a peer's traffic.
public struct PeerStatus: Hashable, Sendable {
    /// Where the peer's last authentic packet came from.
    public var endpoint: SocketEndpoint?
    /// The latest handshake in seconds since 1970-01-01 UTC; nil for never.
    public var latestHandshake: Int64?
    /// Bytes received from the peer since the interface has had it.
    public var received: UInt64
    /// Bytes sent to the peer since the interface has had it.
    public var sent: UInt64
    /// Seconds between the hub's keepalives as the kernel has it; 0 is off.
    public var persistentKeepalive: UInt16

    /// Makes it from its parts.
    public init(
        endpoint: SocketEndpoint? = nil, latestHandshake: Int64? = nil, received: UInt64 = 0, sent: UInt64 = 0,
        persistentKeepalive: UInt16 = 0
    ) {
        self.endpoint = endpoint
        self.latestHandshake = latestHandshake
        self.received = received
        self.sent = sent
        self.persistentKeepalive = persistentKeepalive
    }
}
