/// An IPv6 address without a zone.
public struct IPv6Address: Hashable, Comparable, Sendable, CustomStringConvertible {
    // Two words instead of a UInt128: passing a struct or an enum around that holds one, the compiler (Swift 6.3.1 on
    // x86-64) may put it on the stack aligned to 8 bytes and read it as aligned to 16, which is a crash.
    private let high: UInt64
    private let low: UInt64

    /// The address as a number: `::1` is 1.
    public var rawValue: UInt128 { UInt128(high) << 64 | UInt128(low) }

    /// Makes the address from its number.
    public init(rawValue: UInt128) {
        high = UInt64(truncatingIfNeeded: rawValue >> 64)
        low = UInt64(truncatingIfNeeded: rawValue)
    }

    /// Makes the address from sixteen bytes in network order; nil for another count.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        self.init(rawValue: bytes.reduce(0) { $0 << 8 | UInt128($1) })
    }

    /// The sixteen bytes in network order.
    public var bytes: [UInt8] {
        (0..<16).map { UInt8(truncatingIfNeeded: rawValue >> (120 - 8 * $0)) }
    }

    /// Reads the text forms of RFC 4291 §2.2, with `::` and a dotted-decimal tail; no zone, no brackets.
    /// Returns nil for anything else.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 2, bytes.count <= 45 else { return nil }
        var groups: [UInt16] = []
        var gap: Int?
        var index = 0
        if bytes[0] == UInt8(ascii: ":") {
            guard bytes[1] == UInt8(ascii: ":") else { return nil }
            gap = 0
            index = 2
        }
        while index < bytes.count {
            let start = index
            var value: UInt32 = 0
            while index < bytes.count, let digit = Self.hexValue(bytes[index]) {
                value = value << 4 | UInt32(digit)
                index += 1
                if index - start > 4 { return nil }
            }
            if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
                guard groups.count <= 6, let tail = IPv4Address(String(decoding: bytes[start...], as: UTF8.self))
                else { return nil }
                groups.append(UInt16(tail.rawValue >> 16))
                groups.append(UInt16(tail.rawValue & 0xFFFF))
                index = bytes.count
                break
            }
            guard index > start, groups.count < 8 else { return nil }
            groups.append(UInt16(value))
            if index == bytes.count { break }
            guard bytes[index] == UInt8(ascii: ":") else { return nil }
            index += 1
            if index < bytes.count, bytes[index] == UInt8(ascii: ":") {
                guard gap == nil else { return nil }
                gap = groups.count
                index += 1
            } else if index == bytes.count {
                return nil
            }
        }
        if let gap {
            guard groups.count < 8 else { return nil }
            groups.insert(contentsOf: repeatElement(0, count: 8 - groups.count), at: gap)
        }
        guard groups.count == 8 else { return nil }
        self.init(rawValue: groups.reduce(0) { $0 << 16 | UInt128($1) })
    }

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// The canonical text of RFC 5952: lower case, no leading zeros, the first longest run of two or more zero
    /// groups as `::`, and the mixed form for IPv4-mapped addresses (§5).
    public var description: String {
        if rawValue >> 32 == 0xFFFF {
            return "::ffff:\(IPv4Address(rawValue: UInt32(truncatingIfNeeded: rawValue)))"
        }
        let groups = (0..<8).map { UInt16(truncatingIfNeeded: rawValue >> (112 - 16 * $0)) }
        var best = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, groups[end] == 0 { end += 1 }
            if end - start > best.count { best = start..<end }
            start = max(end, start + 1)
        }
        let hex = { (part: ArraySlice<UInt16>) in part.map { String($0, radix: 16) }.joined(separator: ":") }
        if best.count < 2 { return hex(groups[...]) }
        return hex(groups[..<best.lowerBound]) + "::" + hex(groups[best.upperBound...])
    }

    /// Orders by number.
    public static func < (left: Self, right: Self) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}
