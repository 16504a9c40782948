import NIOCore
import WGPilotCore

extension IPAddress {
    /// The IPv4 address that an IPv6 socket shows as `::ffff:192.0.2.1` (RFC 4291 §2.5.5.2); any other as it is.
    var unmapped: IPAddress {
        guard !isV4, number >> 32 == 0xFFFF else { return self }
        return .v4(IPv4Address(rawValue: UInt32(truncatingIfNeeded: number)))
    }

    /// What is counted as one client: an IPv4 address, or the /64 of an IPv6 address, for any one of which costs its owner
    /// nothing.
    var household: IPPrefix { isV4 ? hostPrefix : IPPrefix(masking: self, length: 64) }
}

extension SocketAddress {
    /// The address as everything here has it: one of IPv4 is one, whatever kind of socket it came to.
    var plainAddress: IPAddress? { ipAddress.flatMap { IPAddress($0) }?.unmapped }
}
