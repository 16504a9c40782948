/// A block of addresses in CIDR notation (RFC 4632 §3.1, RFC 4291 §2.3), its host bits all zero.
public struct IPPrefix: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The first address of the block.
    public let address: IPAddress
    /// The number of leading bits that are fixed: 0…32 or 0…128.
    public let length: UInt8

    /// All of IPv4.
    public static let everyV4 = IPPrefix(masking: .v4(IPv4Address(rawValue: 0)), length: 0)
    /// All of IPv6.
    public static let everyV6 = IPPrefix(masking: .v6(IPv6Address(rawValue: 0)), length: 0)

    /// The block of the given length around an address; the host bits are cleared, and a length beyond the family's
    /// width is taken as the width. For values that were checked already; text from outside goes through ``init(_:)``.
    public init(masking address: IPAddress, length: UInt8) {
        let length = min(length, address.bitWidth)
        switch address {
        case .v4(let v4):
            let mask: UInt32 = length == 0 ? 0 : ~0 << (32 - UInt32(length))
            self.address = .v4(IPv4Address(rawValue: v4.rawValue & mask))
        case .v6(let v6):
            let mask: UInt128 = length == 0 ? 0 : ~0 << (128 - UInt128(length))
            self.address = .v6(IPv6Address(rawValue: v6.rawValue & mask))
        }
        self.length = length
    }

    /// Reads `ADDRESS/LENGTH`, or an address alone as the block of that one address.
    ///
    /// Throws when it is neither, when the length is beyond the family's width, and when host bits are set (WireGuard
    /// would clear them silently; here the sender is told which block they may have meant).
    public init(_ text: some StringProtocol) throws(InvalidValue) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(first) else {
            throw InvalidValue("\(String(text).quotedForMessage) is not an address block such as 10.8.0.0/24")
        }
        guard parts.count == 2 else {
            self = address.hostPrefix
            return
        }
        let digits = parts[1]
        guard !digits.isEmpty, digits.utf8.count <= 3, digits.utf8.allSatisfy({ (48...57).contains($0) }),
            digits.utf8.count == 1 || digits.utf8.first != 48, let length = UInt8(digits), length <= address.bitWidth
        else {
            throw InvalidValue(
                "the length in \(String(text).quotedForMessage) must be a number from 0 to \(address.bitWidth)")
        }
        self.init(masking: address, length: length)
        guard self.address == address else {
            throw InvalidValue("\(address)/\(length) has host bits set; the block is \(self)")
        }
    }

    /// Whether it is of IPv4 addresses written as IPv6 (RFC 4291 §2.5.5.2), which no packet bears.
    public var isV4Mapped: Bool { !address.isV4 && length >= 96 && address.number >> 32 == 0xFFFF }

    /// The last address of the block, as a number within its family.
    public var lastNumber: UInt128 {
        let hostBits = address.bitWidth - length
        if hostBits == 128 { return .max }
        return address.number | ((1 << UInt128(hostBits)) - 1)
    }

    /// Whether the address is in the block.
    public func contains(_ other: IPAddress) -> Bool {
        other.isV4 == address.isV4 && address.number <= other.number && other.number <= lastNumber
    }

    /// Whether every address of the other block is in this one.
    public func contains(_ other: IPPrefix) -> Bool {
        length <= other.length && contains(other.address)
    }

    /// Whether the two blocks share an address; two blocks either nest or are disjoint.
    public func overlaps(_ other: IPPrefix) -> Bool {
        contains(other) || other.contains(self)
    }

    /// `ADDRESS/LENGTH`.
    public var description: String { "\(address)/\(length)" }

    /// Orders by address, then the wider first.
    public static func < (left: Self, right: Self) -> Bool {
        left.address == right.address ? left.length < right.length : left.address < right.address
    }
}

extension Sequence where Element == IPPrefix {
    /// The blocks joined as WireGuard's text formats join them.
    public var commaSeparated: String { map(\.description).joined(separator: ", ") }
}
