public import WGPilotCore

/// A peer before and after a change.
public struct EditedPeer: Sendable {
    /// The peer as it was.
    public let before: Peer
    /// The peer as it is; equal to ``before`` where nothing changed.
    public let after: Peer
    /// Its network at the same instant.
    public let network: Network
    /// The secrets that the change brought; nil where the old ones stay or are gone.
    public let secrets: PeerSecrets
}
