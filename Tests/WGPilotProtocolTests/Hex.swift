/// Bytes from annotated hexadecimal text: blanks do not matter, and `#` begins a comment up to the end of its line.
func hex(_ text: String) -> [UInt8] {
    var digits: [UInt8] = []
    for line in text.split(separator: "\n") {
        let code = line.prefix { $0 != "#" }
        digits += code.compactMap { $0.hexDigitValue }.map(UInt8.init)
    }
    return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

/// The inverse, for messages of failed expectations.
func hexText(_ bytes: [UInt8]) -> String {
    bytes.map { byte in
        let digits = String(byte, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
    }.joined()
}
