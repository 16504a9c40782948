/// Numbers in as few bytes as they need: seven bits a byte, the lowest first, the top bit set on all but the last
/// (LEB128).
struct PackedNumbers {
    private(set) var bytes: [UInt8] = []

    /// Appends a number.
    mutating func append(_ number: UInt64) {
        var rest = number
        while rest > 0x7F {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// Appends bytes behind their number.
    mutating func append(_ text: some Collection<UInt8>) {
        append(UInt64(text.count))
        bytes += text
    }

    /// Reads such numbers. It is no more trusted than any other bytes from a disk: what is cut off or too large reads as
    /// nil.
    struct Reader {
        private let bytes: [UInt8]
        private var position = 0

        init(_ bytes: [UInt8]) {
            self.bytes = bytes
        }

        /// Whether nothing is left.
        var isAtEnd: Bool { position >= bytes.count }

        /// The next number.
        mutating func next() -> UInt64? {
            var number: UInt64 = 0
            var shift: UInt64 = 0
            while position < bytes.count {
                let byte = bytes[position]
                position += 1
                // Nine bytes have 63 bits; the tenth has room for one.
                if shift == 63 && byte > 1 { return nil }
                number |= UInt64(byte & 0x7F) << shift
                if byte & 0x80 == 0 { return number }
                shift += 7
                if shift > 63 { return nil }
            }
            return nil
        }

        /// The next bytes behind their number, at most so many.
        mutating func nextText(atMost limit: Int) -> String? {
            guard let count = next().flatMap({ Int(exactly: $0) }), count <= limit,
                count <= bytes.count - position
            else { return nil }
            defer { position += count }
            return String(decoding: bytes[position..<position + count], as: UTF8.self)
        }
    }
}
