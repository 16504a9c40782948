/// An address of an interface together with the length of the on-link prefix: what `ip address add` takes.
public struct InterfaceAddress: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The address itself, host bits and all.
    public let address: IPAddress
    /// The length of the prefix that is reached directly through the interface.
    public let prefixLength: UInt8

    /// Makes it from its parts; a length beyond the family's width is taken as the width.
    public init(address: IPAddress, prefixLength: UInt8) {
        self.address = address
        self.prefixLength = min(prefixLength, address.bitWidth)
    }

    /// The block that is reached directly.
    public var prefix: IPPrefix { IPPrefix(masking: address, length: prefixLength) }

    /// `ADDRESS/LENGTH`.
    public var description: String { "\(address)/\(prefixLength)" }

    /// Orders by address, then by length.
    public static func < (left: Self, right: Self) -> Bool {
        left.address == right.address ? left.prefixLength < right.prefixLength : left.address < right.address
    }
}
