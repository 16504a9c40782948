public import WGPilotCore

/// One page of a list of peers.
public struct PeerPage: Hashable, Sendable {
    /// The peers in order.
    public let peers: [Peer]
    /// Where the next page starts; nil at the end. It stays good when peers come and go in between.
    public let nextCursor: String?
}
