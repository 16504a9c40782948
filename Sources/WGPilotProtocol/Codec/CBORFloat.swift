/// Conversions between IEEE 754 widths for the shortest encoding of a number (RFC 8949 §4.2.1 and Appendix D).
enum CBORFloat {
    /// The bits of the canonical not-a-number in half precision.
    static let halfNaN: UInt16 = 0x7e00

    /// The value of half-precision bits.
    static func double(half bits: UInt16) -> Double {
        let exponent = Int(bits >> 10 & 0x1f)
        let fraction = Double(bits & 0x3ff)
        let magnitude: Double
        switch exponent {
        case 0: magnitude = fraction * 0x1p-24
        case 31: magnitude = fraction == 0 ? .infinity : .nan
        default: magnitude = (1024 + fraction) * Double(sign: .plus, exponent: exponent - 25, significand: 1)
        }
        return bits & 0x8000 == 0 ? magnitude : -magnitude
    }

    /// The half-precision bits of `value`, or nil where they would not keep it.
    static func half(_ value: Float) -> UInt16? {
        guard !value.isNaN else { return halfNaN }
        let bits = value.bitPattern
        let sign = UInt16(truncatingIfNeeded: bits >> 16) & 0x8000
        let exponent = Int(bits >> 23 & 0xff)
        let fraction = bits & 0x7f_ffff
        switch exponent {
        case 0:
            // Subnormal in single precision: far below the smallest half, unless it is zero.
            return fraction == 0 ? sign : nil
        case 255:
            return sign | 0x7c00
        case 113...142:
            guard fraction & 0x1fff == 0 else { return nil }
            return sign | UInt16(truncatingIfNeeded: exponent - 112) << 10 | UInt16(truncatingIfNeeded: fraction >> 13)
        case 103...112:
            // Subnormal in half precision: the hidden bit becomes an explicit one, shifted into the 10-bit fraction.
            let significand = fraction | 0x80_0000
            let shift = UInt32(truncatingIfNeeded: 126 - exponent)
            guard significand & ((1 << shift) - 1) == 0 else { return nil }
            return sign | UInt16(truncatingIfNeeded: significand >> shift)
        default:
            return nil
        }
    }
}
