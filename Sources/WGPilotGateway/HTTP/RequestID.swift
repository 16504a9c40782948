/// Makes the ids of requests.
enum RequestID {
    private static let digits = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    /// 16 characters of Crockford's base32: 80 random bits.
    static func make() -> String {
        var bits = UInt64.random(in: .min ... .max)
        var further = UInt16.random(in: .min ... .max)
        let text = (0..<16).map { index -> UInt8 in
            if index < 12 {
                defer { bits >>= 5 }
                return digits[Int(bits & 31)]
            }
            defer { further >>= 4 }
            return digits[Int(further & 15) | Int((bits & 1) << 4)]
        }
        return String(decoding: text, as: UTF8.self)
    }
}
