import WGPilotCore

extension IPAddress {
    /// Reads an address in network order from 4 or 16 bytes; nil for another count.
    init?(networkOrder bytes: ArraySlice<UInt8>) {
        if let number = UInt32(hostOrder: bytes) {
            self = .v4(IPv4Address(rawValue: number.bigEndian))
        } else if let number = UInt128(hostOrder: bytes) {
            self = .v6(IPv6Address(rawValue: number.bigEndian))
        } else {
            return nil
        }
    }
}
