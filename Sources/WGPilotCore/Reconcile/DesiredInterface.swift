/// What one interface of ours should be, derived from the database.
public struct DesiredInterface: Sendable {
    /// The interface's name.
    public var name: InterfaceName
    /// The hub's private key.
    public var privateKey: PrivateKey
    /// The UDP port.
    public var listenPort: UInt16
    /// The MTU in bytes; nil is ``defaultMTU``.
    public var mtu: Int?
    /// The hub's addresses.
    public var addresses: [InterfaceAddress]
    /// The peers by public key: those that are enabled.
    public var peers: [PublicKey: DesiredPeer]

    /// The MTU that a WireGuard interface is made with: Ethernet's 1500 less 80, for WireGuard's own 32 (`wg_setup`,
    /// drivers/net/wireguard/device.c), UDP's 8 and IPv6's 40. `wireguard-go` has the same (`DefaultMTU`,
    /// device/device.go).
    public static let defaultMTU = 1420

    /// Makes it from its parts.
    public init(
        name: InterfaceName, privateKey: PrivateKey, listenPort: UInt16, mtu: Int?, addresses: [InterfaceAddress],
        peers: [PublicKey: DesiredPeer]
    ) {
        self.name = name
        self.privateKey = privateKey
        self.listenPort = listenPort
        self.mtu = mtu
        self.addresses = addresses
        self.peers = peers
    }
}

/// What one peer should be in the kernel.
public struct DesiredPeer: Equatable, Sendable {
    /// Its public key.
    public var publicKey: PublicKey
    /// Its preshared key; nil is none.
    public var presharedKey: PresharedKey?
    /// What it may send from and is sent to.
    public var allowedIPs: Set<IPPrefix>
    /// Seconds between the hub's keepalives; 0 is off.
    public var persistentKeepalive: UInt16
    /// Where it first is; not compared once the kernel knows an endpoint, for peers roam.
    public var endpoint: SocketEndpoint?
    /// Those of the allowed IPs that need a route through the interface.
    public var routes: Set<IPPrefix>
    /// How much of its traffic passes. No part of WireGuard: queues on the interface see to it.
    public var limit: TrafficLimit

    /// Makes it from its parts.
    public init(
        publicKey: PublicKey, presharedKey: PresharedKey?, allowedIPs: Set<IPPrefix>, persistentKeepalive: UInt16,
        endpoint: SocketEndpoint?, routes: Set<IPPrefix> = [], limit: TrafficLimit = .none
    ) {
        self.publicKey = publicKey
        self.presharedKey = presharedKey
        self.allowedIPs = allowedIPs
        self.persistentKeepalive = persistentKeepalive
        self.endpoint = endpoint
        self.routes = routes
        self.limit = limit
    }
}
