public import WGPilotCore

/// A peer that was just made, with all that its configuration needs.
public struct CreatedPeer: Sendable {
    /// The peer.
    public let peer: Peer
    /// Its network at the same instant.
    public let network: Network
    /// Its secrets, those that are not kept among them.
    public let secrets: PeerSecrets
}
