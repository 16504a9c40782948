import Crypto
import FoundationEssentials
import WGPilotCore

/// The key for digests of configurations, which hold secrets: without it nobody can try out which preshared key a stored
/// digest belongs to. Derived from the master key (HKDF, RFC 5869), so that neither does the work of the other.
struct ConfigurationKey: Sendable, CustomStringConvertible, CustomReflectable {
    private static let info = Array("wgpilot configuration digest v1".utf8)

    private let key: SymmetricKey

    init(_ master: MasterKey) {
        key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: master.symmetricKey, info: Self.info, outputByteCount: SHA256.byteCount)
    }

    /// The HMAC (RFC 2104) of what tells a configuration from others; see `ClientConfiguration.identity(_:)`.
    func digest(_ configuration: ClientConfiguration, _ publicKey: PublicKey) -> Data {
        var identity = configuration.identity(publicKey)
        defer { wipe(&identity) }
        return Data(HMAC<SHA256>.authenticationCode(for: identity, using: key))
    }

    var description: String { "<configuration key>" }

    var customMirror: Mirror { Mirror(self, children: [:]) }
}
