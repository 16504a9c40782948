import Crypto

/// The secret of a time-based second factor (RFC 6238): SHA-1, steps of 30 s, 6 digits, as every authenticator app has it.
/// It never prints itself.
public struct TOTPSecret: Sendable, CustomStringConvertible, CustomReflectable {
    /// Its length: 160 bits, as RFC 4226 §4 (R6) recommends.
    public static let byteCount = 20
    /// The digits of a code (RFC 4226 §5.3: at least 6).
    public static let digits = 6
    /// The seconds of a step (RFC 6238 §5.2).
    public static let period: Int64 = 30
    /// How many steps a code may be early or late (RFC 6238 §5.2 and §6).
    public static let tolerance: Int64 = 1

    private let key: SymmetricKey

    /// A fresh one from the system's random numbers.
    public static func generate() -> TOTPSecret {
        TOTPSecret(key: SymmetricKey(size: SymmetricKeySize(bitCount: byteCount * 8)))
    }

    private init(key: SymmetricKey) {
        self.key = key
    }

    /// Takes the bytes; nil for another count.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        key = SymmetricKey(data: bytes)
    }

    /// Gives the raw bytes to the one place that seals them.
    public func withBytes<Result, Failure: Error>(
        _ body: ([UInt8]) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var raw = unsafe key.withUnsafeBytes { unsafe Array($0) }
        defer { wipe(&raw) }
        return try body(raw)
    }

    /// The step at a time in seconds since 1970-01-01 UTC.
    public static func step(at time: Int64) -> Int64 { max(0, time) / period }

    /// The code of a step (RFC 4226 §5.3, with the step as the counter).
    public func code(ofStep step: Int64) -> String {
        let counter = (0..<8).reversed().map { UInt8(truncatingIfNeeded: step >> (8 * $0)) }
        let hash = Array(HMAC<Insecure.SHA1>.authenticationCode(for: counter, using: key))
        let offset = Int((hash.last ?? 0) & 0xF)
        let number = hash[offset..<offset + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
        let text = String(number % 1_000_000)
        return String(repeating: "0", count: Self.digits - text.utf8.count) + text
    }

    /// The step whose code this is, of those around a time that come after the one that was used last; nil where it is none.
    /// Takes the same time for every wrong code.
    public func step(of code: String, at time: Int64, after last: Int64) -> Int64? {
        let presented = Array(code.utf8)
        guard presented.count == Self.digits else { return nil }
        let now = Self.step(at: time)
        var found: Int64?
        for step in max(0, now - Self.tolerance)...now + Self.tolerance {
            let difference = zip(self.code(ofStep: step).utf8, presented).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
            if difference == 0 && step > last { found = found ?? step }
        }
        return found
    }

    /// The secret as it is typed into an app.
    public var revealed: String { withBytes { Base32.encode($0) } }

    /// The address that apps read from a QR code
    /// (https://github.com/google/google-authenticator/wiki/Key-Uri-Format).
    ///
    /// - Parameters:
    ///   - issuer: What the code is for.
    ///   - account: Whose it is.
    public func uri(issuer: String, account: String) -> String {
        // The colon separates the two, so that neither may have one.
        let (issuer, account) = (Self.escape(issuer), Self.escape(account))
        return "otpauth://totp/\(issuer):\(account)?secret=\(revealed)&issuer=\(issuer)&algorithm=SHA1"
            + "&digits=\(Self.digits)&period=\(Self.period)"
    }

    /// Percent encoding of all but the unreserved characters (RFC 3986 §2.1, §2.3).
    private static func escape(_ text: String) -> String {
        let hex = Array("0123456789ABCDEF".utf8)
        var out: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                out.append(byte)
            default: out += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// Never the secret.
    public var description: String { "<second factor>" }

    /// Never the secret, in dumps either.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
