import Crypto
import WGPilotCore

/// The key that authenticates the head of the audit log. Derived from the master key (HKDF, RFC 5869), so that neither
/// does the work of the other.
struct AuditKey: Sendable, CustomStringConvertible, CustomReflectable {
    private static let info = Array("wgpilot audit head v1".utf8)

    private let key: SymmetricKey

    init(_ master: MasterKey) {
        key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: master.symmetricKey, info: Self.info, outputByteCount: SHA256.byteCount)
    }

    /// The HMAC (RFC 2104) of an entry's place and hash.
    func code(_ sequence: Int64, _ hash: AuditHash) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Self.message(sequence, hash), using: key))
    }

    /// Whether a code belongs to an entry's place and hash; takes the same time for every wrong one.
    func isValid(_ code: [UInt8], _ sequence: Int64, _ hash: AuditHash) -> Bool {
        HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: Self.message(sequence, hash), using: key)
    }

    private static func message(_ sequence: Int64, _ hash: AuditHash) -> [UInt8] {
        (0..<8).reversed().map { UInt8(truncatingIfNeeded: sequence >> (8 * $0)) } + hash.bytes
    }

    var description: String { "<audit key>" }

    var customMirror: Mirror { Mirror(self, children: [:]) }
}
