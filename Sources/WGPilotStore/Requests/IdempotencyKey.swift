public import WGPilotCore

/// By what a creation is known again that is asked for twice.
public struct IdempotencyKey: Hashable, Sendable {
    /// For how long a key is remembered, in seconds: a day.
    public static let lifetime: Int64 = 86_400

    /// Whose key it is; the keys of different callers have nothing to do with one another.
    public let caller: String
    /// The key, as the caller chose it.
    public let key: String
    /// The method, by its full name.
    public let method: String
    /// The digest of what was asked for.
    public let digest: AuditHash

    /// Makes it from its parts; nil for a key that is not 1 to 64 characters of `[A-Za-z0-9._-]`.
    public init?(caller: String, key: String, method: String, message: [UInt8]) {
        func isAllowed(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard (1...64).contains(key.utf8.count), key.utf8.allSatisfy(isAllowed) else { return nil }
        self.caller = caller
        self.key = key
        self.method = method
        digest = AuditHash(of: message)
    }
}
