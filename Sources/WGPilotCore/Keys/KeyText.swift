/// The base64 text form of a 32-byte key as `wg(8)` prints it: 44 characters, the last of them `=`.
///
/// Table look-ups would leak key bits through the cache, so each sextet is mapped by arithmetic, the same for every
/// value.
enum KeyText {
    /// The number of bytes of every WireGuard key (`WG_KEY_LEN`, linux/wireguard.h).
    static let byteCount = 32
    private static let characterCount = 44

    static func encode(_ bytes: [UInt8]) -> String {
        var out: [UInt8] = []
        out.reserveCapacity(characterCount)
        var index = 0
        while index < bytes.count {
            let b0 = bytes[index]
            let b1 = index + 1 < bytes.count ? bytes[index + 1] : 0
            let b2 = index + 2 < bytes.count ? bytes[index + 2] : 0
            out.append(character(b0 >> 2))
            out.append(character((b0 & 3) << 4 | b1 >> 4))
            out.append(index + 1 < bytes.count ? character((b1 & 15) << 2 | b2 >> 6) : UInt8(ascii: "="))
            out.append(index + 2 < bytes.count ? character(b2 & 63) : UInt8(ascii: "="))
            index += 3
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// Returns nil unless the text is the one canonical encoding of 32 bytes.
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let characters = Array(text.utf8)
        guard characters.count == characterCount, characters[characterCount - 1] == UInt8(ascii: "=") else {
            return nil
        }
        var out: [UInt8] = []
        out.reserveCapacity(byteCount + 1)
        var bad: Int32 = 0
        for group in 0..<11 {
            var value: UInt32 = 0
            for position in 0..<4 {
                let index = group * 4 + position
                let sextet = index == characterCount - 1 ? 0 : Self.sextet(characters[index])
                bad |= sextet >> 31
                value = value << 6 | UInt32(truncatingIfNeeded: sextet & 63)
            }
            out.append(UInt8(truncatingIfNeeded: value >> 16))
            out.append(UInt8(truncatingIfNeeded: value >> 8))
            out.append(UInt8(truncatingIfNeeded: value))
        }
        // The last byte exists only as padding; set bits there would be a second spelling of the same key.
        guard bad == 0, out.removeLast() == 0 else { return nil }
        return out
    }

    private static func character(_ sextet: UInt8) -> UInt8 {
        let value = Int32(sextet)
        var offset: Int32 = 65
        offset += ((25 - value) >> 8) & 6
        offset -= ((51 - value) >> 8) & 75
        offset -= ((61 - value) >> 8) & 15
        offset += ((62 - value) >> 8) & 3
        return UInt8(truncatingIfNeeded: value + offset)
    }

    /// The value of a character, or -1.
    private static func sextet(_ character: UInt8) -> Int32 {
        let value = Int32(character)
        var result: Int32 = -1
        result += (((64 - value) & (value - 91)) >> 8) & (value - 64)
        result += (((96 - value) & (value - 123)) >> 8) & (value - 70)
        result += (((47 - value) & (value - 58)) >> 8) & (value + 5)
        result += (((42 - value) & (value - 44)) >> 8) & 63
        result += (((46 - value) & (value - 48)) >> 8) & 64
        return result
    }
}
