/// Ids under which calls are logged.
enum RequestID {
    /// `proposed` if it is well-formed: 1 to 64 characters of `[A-Za-z0-9._-]`, so that it cannot forge a log line.
    /// Otherwise `number` as 16 hexadecimal digits.
    static func accepting(_ proposed: String?, else number: UInt64) -> String {
        if let proposed, (1...64).contains(proposed.utf8.count), proposed.utf8.allSatisfy(isAllowed) {
            return proposed
        }
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
