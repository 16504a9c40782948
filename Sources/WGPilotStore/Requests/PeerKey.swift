public import WGPilotCore

/// Whose key is whose: as little of a peer as its status can be told by.
public struct PeerKey: Sendable, Hashable {
    /// The number of the peer.
    public var id: Int64
    /// The number of its network.
    public var networkID: Int64
    /// Its public key.
    public var key: PublicKey
    /// Its name.
    public var name: String
}
