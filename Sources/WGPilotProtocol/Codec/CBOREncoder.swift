/// Writes `Codable` messages as deterministic CBOR (RFC 8949 §4.2.1).
///
/// The shortest heads, definite lengths, map keys in bytewise order, the shortest floating-point width that keeps the
/// value, one not-a-number: equal messages are equal bytes.
///
/// What becomes what:
///
/// - a keyed container → a map whose keys are the `intValue`s of the coding keys. A key without one is an error. Written
///   in ascending order, as synthesized code does when the cases are declared so, nothing has to be sorted.
/// - `[UInt8]` → a byte string; other arrays → arrays. `[String: String]` → a map with text keys. Other dictionaries are
///   not supported: use an array of messages.
/// - `nil` through `encodeIfPresent` → nothing; elsewhere → null.
public struct CBOREncoder: Sendable {
    /// Makes an encoder. It has no settings: there is one way to write a message.
    public init() {}

    /// The bytes of `value`.
    public func encode<T: Encodable>(_ value: T) throws(CBORError) -> [UInt8] {
        var bytes: [UInt8] = []
        try encode(value, into: &bytes)
        return bytes
    }

    /// Appends the bytes of `value`; several in a row are a CBOR sequence (RFC 8742). On an error `bytes` is as before.
    public func encode<T: Encodable>(_ value: T, into bytes: inout [UInt8]) throws(CBORError) {
        let length = bytes.count
        let writer = CBORWriter(appendingTo: bytes)
        // Let the writer be the buffer's only owner: shared, its first append would copy what is there.
        bytes = []
        do {
            try writer.write(any: value)
            bytes = try writer.finish()
        } catch {
            bytes = Array(writer.bytes.prefix(length))
            throw CBORError.wrapping(error, at: nil)
        }
    }
}
