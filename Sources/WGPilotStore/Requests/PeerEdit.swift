public import WGPilotCore

/// A peer while it is being changed: starts as the peer is, and whatever the change leaves alone stays.
public struct PeerEdit: Sendable {
    /// What becomes of the key pair.
    public enum Keys: Sendable {
        /// It stays.
        case keep
        /// It stays, but the private half is no longer kept here. Nothing where it never was.
        case forgetPrivateKey
        /// The hub makes a new one.
        case generate
        /// The client made a new one and keeps the private half.
        case publicKey(PublicKey)
        /// A new one was given whole.
        case privateKey(PrivateKey)
    }

    /// What becomes of the preshared key.
    public enum Preshared: Sendable {
        /// It stays, or stays absent.
        case keep
        /// It is taken away.
        case remove
        /// The hub makes a new one.
        case generate
        /// It is replaced by the given one.
        case set(PresharedKey)
    }

    /// What is chosen for it.
    public var settings: PeerSettings
    /// A tunnel address of either family to move to; nil stays.
    public var address: IPAddress?
    /// What becomes of the key pair.
    public var keys: Keys = .keep
    /// Whether a new private key is kept here, sealed.
    public var holdsPrivateKey = true
    /// What becomes of the preshared key.
    public var presharedKey: Preshared = .keep

    /// Starts with the peer as it is.
    public init(settings: PeerSettings) {
        self.settings = settings
    }
}
