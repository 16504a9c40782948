/// What of an interface a step of a plan is about.
public enum DriftSubject: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// That the interface is there.
    case interface
    /// The hub's private key.
    case privateKey
    /// The UDP port.
    case listenPort
    /// The MTU.
    case mtu
    /// That the interface is up.
    case up
    /// One of the hub's addresses.
    case address(InterfaceAddress)
    /// A peer.
    case peer(PublicKey)
    /// A route through the interface.
    case route(IPPrefix)

    /// The name under which people decide about it.
    public var description: String {
        switch self {
        case .interface: "interface"
        case .privateKey: "private-key"
        case .listenPort: "listen-port"
        case .mtu: "mtu"
        case .up: "up"
        case .address(let address): "address \(address)"
        case .peer(let key): "peer \(key)"
        case .route(let prefix): "route \(prefix)"
        }
    }
}
