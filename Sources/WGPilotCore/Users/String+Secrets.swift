extension String {
    /// The text without what looks like the secret of a session, a token or a link, of which the kind is left: `wgp_…`.
    ///
    /// Somebody pastes one where a name or a number belongs, and it would stand in logs and in the audit log.
    public var withoutSecrets: String {
        let bytes = Array(utf8)
        var kept: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if let end = Self.endOfSecret(in: bytes, from: index) {
                kept += bytes[index..<index + Self.prefixLength]
                kept += "…".utf8
                index = end
            } else {
                kept.append(bytes[index])
                index += 1
            }
        }
        return kept.count == bytes.count ? self : String(decoding: kept, as: UTF8.self)
    }

    /// `wgp_`, `wgs_`, `wgl_` and so on.
    private static let prefixLength = 4
    /// Secrets have 43 characters behind it; half of one is one too many.
    private static let shortest = 20

    private static func endOfSecret(in bytes: [UInt8], from start: Int) -> Int? {
        guard bytes.count - start >= prefixLength + shortest, bytes[start] == UInt8(ascii: "w"),
            bytes[start + 1] == UInt8(ascii: "g"), (0x61...0x7A).contains(bytes[start + 2]),
            bytes[start + 3] == UInt8(ascii: "_")
        else { return nil }
        var end = start + prefixLength
        while end < bytes.count, isDigit(bytes[end]) { end += 1 }
        return end - start - prefixLength >= shortest ? end : nil
    }

    /// Of base64url (RFC 4648 §5).
    private static func isDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }
}
