public import WGPilotCore

/// How a peer gets new keys.
public struct KeyRotation: Sendable {
    /// What becomes of the preshared key.
    public enum Preshared: Sendable {
        /// A new one, where the peer has one.
        case renew
        /// It stays, or stays absent.
        case keep
        /// It is taken away.
        case remove
        /// A new one, whether there is one or not.
        case generate
        /// It is replaced by the given one.
        case set(PresharedKey)
    }

    /// The new public key, where the client made the pair; nil makes one here.
    public var publicKey: PublicKey?
    /// Who has the new private key; nil leaves that as it is.
    public var custody: KeyCustody?
    /// What becomes of the preshared key.
    public var presharedKey: Preshared = .renew
    /// Seconds until the new keys take the place of the old ones, 1 to ``PendingKey/longestOverlap``; nil does it now.
    public var overlap: Int64?

    /// Makes new keys as they were made before.
    public init() {}
}
