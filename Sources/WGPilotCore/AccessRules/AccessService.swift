/// By which protocol, and to which ports, the traffic goes that an access rule judges.
public struct AccessService: Hashable, Sendable {
    /// A transport protocol, or all of them.
    public enum TransportProtocol: String, CaseIterable, Sendable {
        /// Every protocol.
        case any
        /// TCP (6).
        case tcp
        /// UDP (17).
        case udp
        /// ICMP (1) over IPv4, ICMPv6 (58) over IPv6.
        case icmp

        /// Reads the name; throws with the list of names for anything else.
        public init(_ text: String) throws(InvalidValue) {
            guard let name = TransportProtocol(rawValue: text) else {
                throw InvalidValue("\(text.quotedForMessage) is not a protocol: any, tcp, udp or icmp")
            }
            self = name
        }
    }

    /// The protocol.
    public let transport: TransportProtocol
    /// The destination ports, ascending, neither overlapping nor touching; empty for all of them.
    public let ports: [ClosedRange<UInt16>]

    /// Every protocol and port.
    public static let any = AccessService(unchecked: .any, [])

    private init(unchecked transport: TransportProtocol, _ ports: [ClosedRange<UInt16>]) {
        self.transport = transport
        self.ports = ports
    }

    /// Joins the ranges; throws for ports of a protocol that has none, and for port 0.
    public init(_ transport: TransportProtocol, ports: [ClosedRange<UInt16>] = []) throws(InvalidValue) {
        guard ports.isEmpty || transport == .tcp || transport == .udp else {
            throw InvalidValue("ports are for tcp and udp")
        }
        guard ports.allSatisfy({ $0.lowerBound > 0 }) else { throw InvalidValue("a port is 1 to 65535") }
        var joined: [ClosedRange<UInt16>] = []
        for range in ports.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = joined.last, range.lowerBound <= last.upperBound || range.lowerBound == last.upperBound + 1 {
                joined[joined.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                joined.append(range)
            }
        }
        self.init(unchecked: transport, joined)
    }
}
