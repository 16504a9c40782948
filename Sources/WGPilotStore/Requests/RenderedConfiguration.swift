public import WGPilotCore

/// A client's configuration with all that it was made from, read at one instant.
public struct RenderedConfiguration: Sendable {
    /// The peer.
    public let peer: Peer
    /// Its network.
    public let network: Network
    /// What stands in its file. While new keys are prepared it is the file with these.
    public let configuration: ClientConfiguration

    /// Who has the private key that belongs in it.
    public let custody: KeyCustody

    /// The client's public key by this configuration.
    var publicKey: PublicKey { peer.pendingKey?.publicKey ?? peer.publicKey }
}
