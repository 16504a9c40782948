import WGPilotCore

/// `struct sockaddr_in` and `struct sockaddr_in6` (ip(7), ipv6(7)) as bytes. The family is in host byte order, port and
/// address in network order:
///
///      0        2      4           8          16
///     +--------+------+-----------+----------+
///     | AF_INET| port | address   | 8 zeros  |
///     +--------+------+-----------+----------+----------------+----------+
///     | AF_INET6|port | flow info | address: 16 bytes …       | scope id |
///     +--------+------+-----------+----------+----------------+----------+
enum SocketAddress {
    static func encode(_ endpoint: SocketEndpoint) -> [UInt8] {
        var out = AddressFamily(endpoint.address).rawValue.hostOrder
        out.append(UInt8(truncatingIfNeeded: endpoint.port >> 8))
        out.append(UInt8(truncatingIfNeeded: endpoint.port))
        switch endpoint.address {
        case .v4(let address):
            out += address.bytes
            out += [UInt8](repeating: 0, count: 8)
        case .v6(let address):
            out += [0, 0, 0, 0]
            out += address.bytes
            out += [0, 0, 0, 0]
        }
        return out
    }

    /// The endpoint; nil for another family (an endpoint that is not set is `AF_UNSPEC`) or too few bytes. A scope id
    /// is left out: it says only through which interface a link-local peer was heard.
    static func decode(_ bytes: ArraySlice<UInt8>) -> SocketEndpoint? {
        guard bytes.count >= 4, let family = UInt16(hostOrder: bytes.prefix(2)) else { return nil }
        let port = bytes.dropFirst(2).prefix(2).reduce(UInt16(0)) { $0 << 8 | UInt16($1) }
        switch AddressFamily(rawValue: family) {
        case .v4:
            guard let address = IPv4Address(bytes: bytes.dropFirst(4).prefix(4)) else { return nil }
            return SocketEndpoint(address: .v4(address), port: port)
        case .v6:
            guard let address = IPv6Address(bytes: bytes.dropFirst(8).prefix(16)) else { return nil }
            return SocketEndpoint(address: .v6(address), port: port)
        case nil: return nil
        }
    }
}
