import WGPilotCore

/// The address families that WireGuard knows, by their numbers in linux/socket.h.
enum AddressFamily: UInt16 {
    /// `AF_INET`.
    case v4 = 2
    /// `AF_INET6`.
    case v6 = 10

    /// The family of an address.
    init(_ address: IPAddress) {
        self = address.isV4 ? .v4 : .v6
    }
}
