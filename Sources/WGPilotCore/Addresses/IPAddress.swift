/// An address of either family.
public enum IPAddress: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// An IPv4 address.
    case v4(IPv4Address)
    /// An IPv6 address.
    case v6(IPv6Address)

    /// Reads either family's text form; nil for anything else.
    public init?(_ text: some StringProtocol) {
        if let address = IPv4Address(text) {
            self = .v4(address)
        } else if let address = IPv6Address(text) {
            self = .v6(address)
        } else {
            return nil
        }
    }

    /// Makes an address from 4 or 16 bytes in network order; nil for another count.
    public init?(bytes: some Collection<UInt8>) {
        if let address = IPv4Address(bytes: bytes) {
            self = .v4(address)
        } else if let address = IPv6Address(bytes: bytes) {
            self = .v6(address)
        } else {
            return nil
        }
    }

    /// The bytes in network order, 4 or 16.
    public var bytes: [UInt8] {
        switch self {
        case .v4(let address): address.bytes
        case .v6(let address): address.bytes
        }
    }

    /// 32 or 128.
    public var bitWidth: UInt8 { isV4 ? 32 : 128 }

    /// Whether this is an IPv4 address.
    public var isV4: Bool {
        if case .v4 = self { true } else { false }
    }

    /// The address as a number within its own family.
    public var number: UInt128 {
        switch self {
        case .v4(let address): UInt128(address.rawValue)
        case .v6(let address): address.rawValue
        }
    }

    /// The prefix that holds this address alone: /32 or /128.
    public var hostPrefix: IPPrefix { IPPrefix(masking: self, length: bitWidth) }

    /// Text as `wg(8)` prints it, without brackets.
    public var description: String {
        switch self {
        case .v4(let address): address.description
        case .v6(let address): address.description
        }
    }

    /// IPv4 sorts before IPv6; within a family by number.
    public static func < (left: Self, right: Self) -> Bool {
        left.isV4 == right.isV4 ? left.number < right.number : left.isV4
    }
}
