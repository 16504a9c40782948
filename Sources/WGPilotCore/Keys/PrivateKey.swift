import Crypto

/// A Curve25519 private key. Its description is redacted and its memory is wiped when the last copy goes.
public struct PrivateKey: Equatable, Sendable, CustomStringConvertible, CustomReflectable {
    // The library keeps the bytes in a buffer that it zeroes on release.
    private let storage: Curve25519.KeyAgreement.PrivateKey
    /// The public key that belongs to it.
    public let publicKey: PublicKey

    /// Makes the key from its 32 bytes, clamped as RFC 7748 §5 has it (and `wg genkey` does); nil for another count.
    /// Costs one scalar multiplication.
    public init?(bytes: [UInt8]) {
        guard bytes.count == KeyText.byteCount else { return nil }
        var clamped = bytes
        defer { wipe(&clamped) }
        clamped[0] &= 248
        clamped[31] = clamped[31] & 127 | 64
        guard let storage = try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: clamped),
            let publicKey = PublicKey(bytes: Array(storage.publicKey.rawRepresentation))
        else { return nil }
        self.storage = storage
        self.publicKey = publicKey
    }

    private init(storage: Curve25519.KeyAgreement.PrivateKey, publicKey: PublicKey) {
        self.storage = storage
        self.publicKey = publicKey
    }

    /// Makes a fresh key from the system's random numbers.
    public static func generate() -> PrivateKey {
        while true {
            var bytes = unsafe SymmetricKey(size: .bits256).withUnsafeBytes { unsafe Array($0) }
            defer { wipe(&bytes) }
            if let key = PrivateKey(bytes: bytes) { return key }
        }
    }

    /// Reads the base64 text that `wg genkey` prints. The error never repeats the text.
    public init(_ text: some StringProtocol) throws(InvalidValue) {
        var bytes = KeyText.decode(text) ?? []
        defer { wipe(&bytes) }
        guard let key = PrivateKey(bytes: bytes) else {
            throw InvalidValue("a private key is 44 characters of base64, as `wg genkey` prints it")
        }
        self = key
    }

    /// Gives the raw bytes to the few places that must have them: the kernel, the sealing of the database.
    public func withBytes<Result, Failure: Error>(
        _ body: ([UInt8]) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var raw = Array(storage.rawRepresentation)
        defer { wipe(&raw) }
        return try body(raw)
    }

    /// The base64 text, for the one place where a configuration is rendered.
    public var revealed: String { withBytes { KeyText.encode($0) } }

    /// Never the key.
    public var description: String { "<private key>" }

    /// Never the key, in dumps either.
    public var customMirror: Mirror { Mirror(self, children: [:]) }

    /// Two private keys are the same when their public keys are: nothing secret is compared.
    public static func == (left: Self, right: Self) -> Bool { left.publicKey == right.publicKey }
}

/// Overwrites bytes that held a secret.
func wipe(_ bytes: inout [UInt8]) {
    for index in bytes.indices { bytes[index] = 0 }
}
