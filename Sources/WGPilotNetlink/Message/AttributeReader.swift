/// Reads netlink attributes out of bytes that may be anything; see ``AttributeBuilder`` for the layout.
struct AttributeReader {
    private var rest: ArraySlice<UInt8>

    /// Makes a reader of the attributes that fill the bytes.
    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    /// The next attribute; nil at the end. Throws when a length is smaller than the header or larger than what is left:
    /// going on after either would loop for ever or read what is not there.
    mutating func next() throws(NetlinkError) -> Attribute? {
        if rest.isEmpty { return nil }
        let start = rest.startIndex
        guard rest.count >= 4, let length = UInt16(hostOrder: rest[start..<start + 2]),
            let type = UInt16(hostOrder: rest[start + 2..<start + 4])
        else { throw .malformed("\(rest.count) bytes where an attribute should be") }
        guard length >= 4, Int(length) <= rest.count else {
            throw .malformed("an attribute of length \(length) in \(rest.count) bytes")
        }
        let payload = rest[start + 4..<start + Int(length)]
        // The last attribute of a message may lack its padding.
        let step = min((Int(length) + 3) & ~3, rest.count)
        rest = rest[(start + step)...]
        // The top two bits are flags (NLA_F_NESTED, NLA_F_NET_BYTEORDER), not part of the type.
        return Attribute(type: type & 0x3FFF, payload: payload)
    }

    /// Hands each attribute to the body.
    static func forEach(
        in bytes: ArraySlice<UInt8>, _ body: (Attribute) throws(NetlinkError) -> Void
    ) throws(NetlinkError) {
        var reader = AttributeReader(bytes)
        while let attribute = try reader.next() { try body(attribute) }
    }
}

/// One netlink attribute.
struct Attribute {
    /// Its type within the family, without the flag bits.
    let type: UInt16
    /// Its payload; a view of the message.
    let payload: ArraySlice<UInt8>

    /// The payload as an integer in host byte order; throws when it has another width.
    func integer<Value: FixedWidthInteger & BitwiseCopyable>(_: Value.Type = Value.self) throws(NetlinkError) -> Value {
        guard let value = Value(hostOrder: payload) else {
            throw .malformed("attribute \(type) has \(payload.count) bytes instead of \(Value.bitWidth / 8)")
        }
        return value
    }

    /// The payload as text up to its terminator.
    var string: String {
        String(decoding: payload.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// Hands each attribute inside to the body.
    func forEach(_ body: (Attribute) throws(NetlinkError) -> Void) throws(NetlinkError) {
        try AttributeReader.forEach(in: payload, body)
    }
}
