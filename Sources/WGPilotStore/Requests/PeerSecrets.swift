public import WGPilotCore

/// The secrets of a peer, opened. Made for one answer and thrown away.
public struct PeerSecrets: Equatable, Sendable {
    /// The private key; nil where it is not held here.
    public var privateKey: PrivateKey?
    /// The preshared key; nil where there is none.
    public var presharedKey: PresharedKey?

    /// Makes it from its parts.
    public init(privateKey: PrivateKey? = nil, presharedKey: PresharedKey? = nil) {
        self.privateKey = privateKey
        self.presharedKey = presharedKey
    }
}
