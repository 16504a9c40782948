/// Writes the few kinds of CBOR items that an entry of the audit log has, with the shortest heads (RFC 8949 §4.2.1). The
/// caller writes the keys of a map in order.
///
/// The coder of the wire is in a module above this one; what is hashed must not change with it.
struct CanonicalCBOR {
    private(set) var bytes: [UInt8] = []

    mutating func map(_ count: Int) { head(major: 5, UInt64(count.magnitude)) }

    mutating func array(_ count: Int) { head(major: 4, UInt64(count.magnitude)) }

    mutating func integer(_ number: Int64) {
        // -1 - n for negative ones: the bits turned over (RFC 8949 §3.1).
        head(major: number < 0 ? 1 : 0, UInt64(bitPattern: number < 0 ? ~number : number))
    }

    mutating func text(_ text: String) {
        head(major: 3, UInt64(text.utf8.count.magnitude))
        bytes += text.utf8
    }

    mutating func entry(_ key: Int64, _ value: String) {
        integer(key)
        text(value)
    }

    mutating func entry(_ key: Int64, _ value: Int64) {
        integer(key)
        integer(value)
    }

    private mutating func head(major: UInt8, _ argument: UInt64) {
        let (marker, count): (UInt8, Int) =
            switch argument {
            case ..<24: (UInt8(argument), 0)
            case ...0xFF: (24, 1)
            case ...0xFFFF: (25, 2)
            case ...0xFFFF_FFFF: (26, 4)
            default: (27, 8)
            }
        bytes.append(major << 5 | marker)
        for index in (0..<count).reversed() { bytes.append(UInt8(truncatingIfNeeded: argument >> (8 * index))) }
    }
}
