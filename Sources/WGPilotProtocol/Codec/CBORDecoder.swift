/// Reads `Codable` messages from CBOR, trusting nothing.
///
/// The whole item is checked before the first field is decoded; see ``CBORValidator`` for the rules. In short: any
/// well-formed CBOR with definite lengths, without tags and without duplicate keys is read, deterministic or not, so that
/// an ordinary library of any language can write it; everything else is refused with the reason and the offset.
///
/// Fields the type does not know are skipped. A missing field and null are both nil to `decodeIfPresent`.
public struct CBORDecoder: Sendable {
    /// What the decoder accepts at most.
    public struct Limits: Sendable, Hashable {
        /// The depth of nesting that encoder and decoder agree on.
        public static let defaultDepth = 32

        /// The longest input in bytes.
        public var maximumBytes: Int
        /// The most arrays and maps around one another. At least 1 and at most 64, as each takes some stack.
        public var maximumDepth: Int {
            didSet { maximumDepth = min(max(maximumDepth, 1), 64) }
        }

        /// Makes limits; the defaults are 16 MiB and 32 levels.
        public init(maximumBytes: Int = 16 << 20, maximumDepth: Int = Limits.defaultDepth) {
            self.maximumBytes = maximumBytes
            self.maximumDepth = min(max(maximumDepth, 1), 64)
        }
    }

    private let limits: Limits

    /// Makes a decoder.
    public init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// Decodes the one item that `bytes` consists of; anything after it is an error.
    public func decode<T: Decodable>(_ type: T.Type, from bytes: [UInt8]) throws(CBORError) -> T {
        var offset = 0
        return try decode(type, from: bytes, at: &offset, isLast: true)
    }

    /// Decodes the last item of a CBOR sequence, which begins at `offset`; anything after it is an error.
    public func decode<T: Decodable>(_ type: T.Type, from bytes: [UInt8], after offset: Int) throws(CBORError) -> T {
        var offset = offset
        return try decode(type, from: bytes, at: &offset, isLast: true)
    }

    /// Decodes the next item of a CBOR sequence (RFC 8742) and moves `offset` behind it. On an error `offset` stays.
    public func decode<T: Decodable>(_ type: T.Type, from bytes: [UInt8], at offset: inout Int) throws(CBORError) -> T {
        try decode(type, from: bytes, at: &offset, isLast: false)
    }

    private func decode<T: Decodable>(
        _ type: T.Type, from bytes: [UInt8], at offset: inout Int, isLast: Bool
    ) throws(CBORError) -> T {
        guard bytes.count <= limits.maximumBytes else { throw CBORError(.tooManyBytes, at: limits.maximumBytes) }
        var validator = CBORValidator(bytes, end: bytes.count, maximumDepth: limits.maximumDepth)
        let end = try validator.validate(at: offset)
        guard !isLast || end == bytes.count else { throw CBORError(.trailingBytes, at: end) }
        let reader = CBORReader(bytes, end: end, isSorted: validator.isSorted, maximumDepth: limits.maximumDepth)
        let value = try reader.value(type, at: offset, depth: 0)
        offset = end
        return value
    }
}
