/// What one request to WireGuard changes of a device.
public struct DeviceChange: Sendable {
    /// The new private key.
    public var privateKey: PrivateKey?
    /// The new UDP port.
    public var listenPort: UInt16?
    /// The peers that change, to be taken in this order; see ``PeerChange/between(observed:desired:keys:)``.
    public var peers: [PeerChange]

    /// Makes it from its parts.
    public init(privateKey: PrivateKey? = nil, listenPort: UInt16? = nil, peers: [PeerChange] = []) {
        self.privateKey = privateKey
        self.listenPort = listenPort
        self.peers = peers
    }

    /// Whether it changes nothing.
    public var isEmpty: Bool { privateKey == nil && listenPort == nil && peers.isEmpty }
}
