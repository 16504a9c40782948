import Crypto

/// The key that seals every secret in the database. It never appears in a description and is wiped when the last copy
/// goes.
struct MasterKey: Sendable, CustomStringConvertible, CustomReflectable {
    /// The length of the key and of its file.
    static let byteCount = 32

    let symmetricKey: SymmetricKey

    /// A fresh key from the system's random numbers.
    static func generate() -> MasterKey { MasterKey(symmetricKey: SymmetricKey(size: .bits256)) }

    private init(symmetricKey: SymmetricKey) {
        self.symmetricKey = symmetricKey
    }

    /// Makes the key from its 32 bytes; nil for another count.
    init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        symmetricKey = SymmetricKey(data: bytes)
    }

    /// Gives the raw bytes to the one place that writes the key's file.
    func withBytes<Result, Failure: Error>(
        _ body: ([UInt8]) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var raw = unsafe symmetricKey.withUnsafeBytes { unsafe Array($0) }
        defer { wipe(&raw) }
        return try body(raw)
    }

    var description: String { "<master key>" }

    var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// Overwrites bytes that held a secret.
func wipe(_ bytes: inout [UInt8]) {
    for index in bytes.indices { bytes[index] = 0 }
}
