public import WGPilotCore

/// What a new peer is to be.
public struct PeerDraft: Sendable {
    /// Where the key pair comes from.
    public enum Keys: Sendable {
        /// The hub makes it.
        case generate
        /// The client made it and keeps the private half.
        case publicKey(PublicKey)
        /// It was given whole, as an import does.
        case privateKey(PrivateKey)
    }

    /// Where the preshared key comes from.
    public enum Preshared: Sendable {
        /// The hub makes it.
        case generate
        /// There is none.
        case none
        /// It was given.
        case given(PresharedKey)
    }

    /// What was chosen for it.
    public var settings: PeerSettings
    /// Where the key pair comes from.
    public var keys: Keys = .generate
    /// Whether a private key that is known here is kept, sealed. Where not, it is in the answer and nowhere else.
    public var holdsPrivateKey = true
    /// Where the preshared key comes from.
    public var presharedKey: Preshared = .generate
    /// A tunnel address of either family that somebody chose; nil takes the lowest free one.
    public var address: IPAddress?

    /// Makes a draft with everything but the settings at its default.
    public init(settings: PeerSettings) {
        self.settings = settings
    }
}
