/// The host part of a client's `Endpoint`: an address or a DNS name under which clients reach the hub.
public struct EndpointHost: Hashable, Sendable, CustomStringConvertible {
    /// The text as it was given, without brackets.
    public let description: String

    /// Reads an address or a DNS name of letters, digits, hyphens and dots (RFC 1123 §2.1), at most 253 characters
    /// with labels of at most 63 (RFC 1035 §2.3.4). An IPv6 address may stand in brackets.
    public init(_ text: some StringProtocol) throws(InvalidValue) {
        var host = Substring(text)
        if host.hasPrefix("["), host.hasSuffix("]"), IPv6Address(host.dropFirst().dropLast()) != nil {
            host = host.dropFirst().dropLast()
        }
        guard IPAddress(host) != nil || Self.isDNSName(host) else {
            throw InvalidValue(
                "\(String(text).quotedForMessage) is neither an address nor a DNS name such as vpn.example.org")
        }
        description = String(host)
    }

    /// Makes the host from an address.
    public init(_ address: IPAddress) {
        description = address.description
    }

    /// `HOST:PORT`, an IPv6 host in brackets.
    public func withPort(_ port: UInt16) -> String {
        IPv6Address(description) == nil ? "\(description):\(port)" : "[\(description)]:\(port)"
    }

    /// Whether the text is a DNS name by the rules of ``init(_:)``.
    public static func isDNSName(_ text: some StringProtocol) -> Bool {
        guard (1...253).contains(text.utf8.count) else { return false }
        let labels = text.split(separator: ".", omittingEmptySubsequences: false).map { Array($0.utf8) }
        // A name of digits and dots alone would be a mistyped address.
        guard let last = labels.last, !last.allSatisfy({ (48...57).contains($0) }) else { return false }
        return labels.allSatisfy { label in
            (1...63).contains(label.count) && label.first != 45 && label.last != 45
                && label.allSatisfy {
                    (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45
                }
        }
    }
}
