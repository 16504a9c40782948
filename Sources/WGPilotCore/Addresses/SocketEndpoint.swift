/// An address and a UDP port: where the kernel sends a peer's packets.
public struct SocketEndpoint: Hashable, Sendable, CustomStringConvertible {
    /// The outer address.
    public let address: IPAddress
    /// The UDP port, 1…65535.
    public let port: UInt16

    /// Makes it from its parts.
    public init(address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }

    /// Reads `192.0.2.1:51820` or `[2001:db8::1]:51820`; throws with what is allowed for anything else.
    public init(_ text: some StringProtocol) throws(InvalidValue) {
        let refusal = InvalidValue(
            "\(String(text).quotedForMessage) is not an address with a port such as 192.0.2.1:51820 or [2001:db8::1]:51820"
        )
        guard let colon = text.lastIndex(of: ":") else { throw refusal }
        var host = text[..<colon]
        let digits = text[text.index(after: colon)...]
        guard let port = UInt16(digits), port > 0, digits.utf8.allSatisfy({ (48...57).contains($0) }) else {
            throw refusal
        }
        let bracketed = host.hasPrefix("[") && host.hasSuffix("]") && host.utf8.count > 2
        if bracketed { host = host.dropFirst().dropLast() }
        guard let address = IPAddress(host), address.isV4 != bracketed else { throw refusal }
        // Not through the other initialiser: a generic one that delegates and has a typed error is miscompiled by
        // Swift 6.3.1 without optimisation, and crashes where it succeeds.
        self.address = address
        self.port = port
    }

    /// As `wg(8)` prints it: an IPv6 address stands in brackets.
    public var description: String {
        address.isV4 ? "\(address):\(port)" : "[\(address)]:\(port)"
    }
}
