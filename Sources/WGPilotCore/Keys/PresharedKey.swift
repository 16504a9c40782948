import Crypto

/// A symmetric key that two peers share beside their key pairs. Redacted and wiped like a private key.
public struct PresharedKey: Equatable, Sendable, CustomStringConvertible, CustomReflectable {
    private let storage: SymmetricKey

    /// Makes a fresh key from the system's random numbers, as `wg genpsk` does.
    public static func generate() -> PresharedKey {
        PresharedKey(storage: SymmetricKey(size: .bits256))
    }

    private init(storage: SymmetricKey) {
        self.storage = storage
    }

    /// Makes the key from its 32 bytes; nil for another count and for the all-zero key, by which the kernel means
    /// "none" (linux/wireguard.h, `WGPEER_A_PRESHARED_KEY`).
    public init?(bytes: [UInt8]) {
        guard bytes.count == KeyText.byteCount, bytes.contains(where: { $0 != 0 }) else { return nil }
        storage = SymmetricKey(data: bytes)
    }

    /// Reads the base64 text that `wg genpsk` prints. The error never repeats the text.
    public init(_ text: some StringProtocol) throws(InvalidValue) {
        guard var bytes = KeyText.decode(text) else {
            throw InvalidValue("a preshared key is 44 characters of base64, as `wg genpsk` prints it")
        }
        defer { wipe(&bytes) }
        guard let key = PresharedKey(bytes: bytes) else {
            throw InvalidValue("the all-zero preshared key means none to the kernel")
        }
        self = key
    }

    /// Gives the raw bytes to the few places that must have them: the kernel, the sealing of the database.
    public func withBytes<Result, Failure: Error>(
        _ body: ([UInt8]) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var raw = unsafe storage.withUnsafeBytes { unsafe Array($0) }
        defer { wipe(&raw) }
        return try body(raw)
    }

    /// The base64 text, for the one place where a configuration is rendered.
    public var revealed: String { withBytes { KeyText.encode($0) } }

    /// Never the key.
    public var description: String { "<preshared key>" }

    /// Never the key, in dumps either.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
