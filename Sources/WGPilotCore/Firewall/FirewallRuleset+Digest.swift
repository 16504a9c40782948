import Crypto

extension FirewallRuleset {
    /// The digest (SHA-256 in hexadecimal) of the text, by which it is known whether these rules were set last.
    public var digest: String {
        let digits = Array("0123456789abcdef")
        return String(
            SHA256.hash(data: Array((text ?? "").utf8)).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}
