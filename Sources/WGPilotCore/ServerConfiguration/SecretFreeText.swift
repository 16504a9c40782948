/// Tells what of a file's text must not be shown.
enum SecretFreeText {
    /// A key is 43 characters and `=` in base64, 64 in hexadecimal.
    private static let shortestSecret = 40

    /// Whether something in the text may be a key.
    static func mayHoldSecret(_ text: Substring) -> Bool {
        var runLength = 0
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="):
                runLength += 1
                if runLength == shortestSecret { return true }
            default:
                runLength = 0
            }
        }
        return false
    }
}
