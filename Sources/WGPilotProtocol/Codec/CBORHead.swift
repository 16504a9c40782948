/// The first bytes of every CBOR item (RFC 8949 §3):
///
///      7   5 4       0
///     +-----+---------+----------------------+
///     |major|  info   | 0, 1, 2, 4 or 8 bytes|   info 0…23: the argument itself
///     +-----+---------+----------------------+   info 24…27: the argument follows, big-endian
struct CBORHead {
    enum Major {
        static let unsigned: UInt8 = 0
        static let negative: UInt8 = 1
        static let bytes: UInt8 = 2
        static let text: UInt8 = 3
        static let array: UInt8 = 4
        static let map: UInt8 = 5
        static let tag: UInt8 = 6
        static let simple: UInt8 = 7
    }

    /// The bytes of the simple values that this protocol speaks (RFC 8949 §3.3).
    enum Simple {
        static let `false`: UInt8 = 0xf4
        static let `true`: UInt8 = 0xf5
        static let null: UInt8 = 0xf6
    }

    let major: UInt8
    let info: UInt8
    let argument: UInt64
    /// The offset of the first byte after the head.
    let next: Int

    /// Reads the head at `offset`, `end` being the end of the input.
    @inline(__always)
    init(_ bytes: [UInt8], at offset: Int, end: Int) throws(CBORError) {
        guard offset >= 0, offset < end, end <= bytes.count else { throw CBORError(.truncated, at: offset) }
        let initial = bytes[offset]
        major = initial >> 5
        info = initial & 31
        if info < 24 {
            argument = UInt64(info)
            next = offset + 1
            return
        }
        guard info < 28 else { throw CBORError(info == 31 ? .indefiniteLength : .malformedHead, at: offset) }
        let width = 1 << Int(info - 24)
        guard end - offset > width else { throw CBORError(.truncated, at: offset) }
        var value: UInt64 = 0
        for index in offset + 1...offset + width {
            value = value << 8 | UInt64(bytes[index])
        }
        argument = value
        next = offset + 1 + width
    }

    /// Appends a head with the shortest argument (RFC 8949 §4.2.1).
    @inline(__always)
    static func write(major: UInt8, argument: UInt64, to bytes: inout [UInt8]) {
        let type = major << 5
        if argument < 24 {
            bytes.append(type | UInt8(truncatingIfNeeded: argument))
        } else {
            writeLong(type: type, argument: argument, to: &bytes)
        }
    }

    private static func writeLong(type: UInt8, argument: UInt64, to bytes: inout [UInt8]) {
        let info: UInt8 = argument <= 0xff ? 24 : argument <= 0xffff ? 25 : argument <= 0xffff_ffff ? 26 : 27
        bytes.append(type | info)
        var shift = (8 << Int(info - 24)) - 8
        while shift >= 0 {
            bytes.append(UInt8(truncatingIfNeeded: argument >> UInt64(shift)))
            shift -= 8
        }
    }
}
