/// A link by which a peer's configuration is fetched once: everything but what its bearer presents.
public struct ConfigurationLink: Hashable, Sendable, Identifiable {
    /// The number; never used again.
    public let id: Int64
    /// The network of the peer.
    public let networkID: Int64
    /// The peer.
    public let peerID: Int64
    /// The peer's name.
    public let peerName: String
    /// Who made it.
    public let createdBy: String
    /// When it was made, in seconds since 1970-01-01 UTC.
    public let createdAt: Int64
    /// From when on it is worthless, in seconds since 1970-01-01 UTC.
    public let expiresAt: Int64
}
