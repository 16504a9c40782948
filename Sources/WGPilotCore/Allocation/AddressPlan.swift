/// How a network's subnets are numbered: which numbers are hosts, which one is the hub, and how a host's number makes
/// its addresses.
///
/// A host's number is its offset from the subnet's first address. One number gives both addresses, so 10.8.0.7 and
/// fd00::7 belong to the same peer.
public struct AddressPlan: Sendable, Equatable {
    /// Says which of the values cannot be used, and why.
    public struct Refusal: Error {
        /// The one at fault: a subnet, or the hub's number (``NetworkField/hubAddress``).
        public let field: NetworkField
        /// Why.
        public let fault: InvalidValue
    }

    /// The IPv4 block.
    public let subnet: IPPrefix
    /// The IPv6 block, where there is one.
    public let subnet6: IPPrefix?
    /// The numbers of hosts: the network's own address and the broadcast address (RFC 919 §7) are left out. All but
    /// ``hubNumber`` are for peers. In IPv6 number 0 is the subnet-router anycast address (RFC 4291 §2.6.1), which is
    /// left out for the same reason as the network's own address in IPv4.
    public let hostNumbers: ClosedRange<Int64>
    /// The hub's own host number.
    public let hubNumber: Int64

    /// The hub has the first host number unless its network was imported with another.
    public static let firstHubNumber: Int64 = 1

    /// Checks the blocks (an IPv4 block of /8 to /30, and an IPv6 block with at least as many numbers), and that the
    /// hub's number is a host's.
    public init(
        subnet: IPPrefix, subnet6: IPPrefix?, hubNumber: Int64 = AddressPlan.firstHubNumber
    ) throws(Refusal) {
        guard subnet.address.isV4 else {
            throw Refusal(field: .subnet, fault: InvalidValue("the subnet must be an IPv4 block"))
        }
        guard (8...30).contains(subnet.length) else {
            throw Refusal(
                field: .subnet,
                fault: InvalidValue(
                    "\(subnet) must be a /8 to a /30: smaller blocks have no room for the hub and one peer"))
        }
        let first = subnet.address.number
        for special in Self.unusable where special.block.overlaps(subnet) {
            throw Refusal(field: .subnet, fault: InvalidValue("\(subnet) is \(special.why)"))
        }
        if let subnet6 {
            guard !subnet6.address.isV4 else {
                throw Refusal(field: .subnet6, fault: InvalidValue("the IPv6 subnet must be an IPv6 block"))
            }
            let hostBits = 32 - subnet.length
            guard subnet6.length >= 16, subnet6.length <= 128 - hostBits else {
                throw Refusal(
                    field: .subnet6,
                    fault: InvalidValue(
                        "\(subnet6) must be a /16 to a /\(128 - hostBits) to number every peer of \(subnet)"))
            }
            for special in Self.unusable6 where special.block.overlaps(subnet6) {
                throw Refusal(field: .subnet6, fault: InvalidValue("\(subnet6) is \(special.why)"))
            }
        }
        self.subnet = subnet
        self.subnet6 = subnet6
        self.hubNumber = hubNumber
        // At most 2^24 numbers by the check above, so the arithmetic cannot overflow.
        let broadcast = Int64(truncatingIfNeeded: subnet.lastNumber - first)
        hostNumbers = 1...(broadcast - 1)
        guard hostNumbers.contains(hubNumber) else {
            throw Refusal(
                field: .hubAddress,
                fault: InvalidValue(
                    "the hub's address must be one of a host in \(subnet): \(address(1)) to \(address(broadcast - 1))"))
        }
    }

    /// Blocks no host may have an address from (RFC 6890 §2.2.2).
    static let unusable: [(block: IPPrefix, why: String)] = [
        (prefix4(0x0000_0000, 8), "this host's own network (RFC 1122 §3.2.1.3)"),
        (prefix4(0x7F00_0000, 8), "loopback (RFC 1122 §3.2.1.3)"),
        (prefix4(0xE000_0000, 4), "multicast (RFC 5771)"),
        (prefix4(0xF000_0000, 4), "reserved (RFC 1112 §4)"),
    ]

    /// Of one link alone, as fe80::/10 is. A database from before this was refused may hold it, and is still read.
    static let linkLocal: (block: IPPrefix, why: String) = (prefix4(0xA9FE_0000, 16), "link-local (RFC 3927 §2.1)")

    static let unusable6: [(block: IPPrefix, why: String)] = [
        (prefix6(0, 8), "reserved (RFC 4291 §2.4)"),
        (prefix6(0xFF << 120, 8), "multicast (RFC 4291 §2.7)"),
        (prefix6(0xFE80 << 112, 10), "link-local (RFC 4291 §2.5.6)"),
    ]

    private static func prefix4(_ value: UInt32, _ length: UInt8) -> IPPrefix {
        IPPrefix(masking: .v4(IPv4Address(rawValue: value)), length: length)
    }

    private static func prefix6(_ value: UInt128, _ length: UInt8) -> IPPrefix {
        IPPrefix(masking: .v6(IPv6Address(rawValue: value)), length: length)
    }

    /// How many peers the subnet has numbers for.
    public var peerCapacity: Int64 { hostNumbers.upperBound - hostNumbers.lowerBound }

    /// Whether a peer may have this number.
    public func isPeerNumber(_ number: Int64) -> Bool { hostNumbers.contains(number) && number != hubNumber }

    /// The IPv4 address of a host number; the number must be one of the subnet's.
    public func address(_ number: Int64) -> IPAddress {
        .v4(
            IPv4Address(
                rawValue: UInt32(truncatingIfNeeded: subnet.address.number) &+ UInt32(truncatingIfNeeded: number)))
    }

    /// The IPv6 address of a host number, where the network has IPv6.
    public func address6(_ number: Int64) -> IPAddress? {
        subnet6.map { .v6(IPv6Address(rawValue: $0.address.number &+ UInt128(truncatingIfNeeded: number))) }
    }

    /// All addresses of a host number, IPv4 first.
    public func addresses(_ number: Int64) -> [IPAddress] {
        [address(number)] + (address6(number).map { [$0] } ?? [])
    }

    /// The hub's IPv4 address.
    public var hubAddress: IPAddress { address(hubNumber) }

    /// The hub's IPv6 address, where the network has IPv6.
    public var hubAddress6: IPAddress? { address6(hubNumber) }

    /// The host number of an address that somebody chose for a peer; throws when no peer may have it.
    public func number(of address: IPAddress) throws(InvalidValue) -> Int64 {
        let block = address.isV4 ? subnet : subnet6
        guard let block, block.contains(address) else {
            throw InvalidValue("\(address) is not in \(block ?? subnet)")
        }
        let offset = address.number - block.address.number
        guard let number = Int64(exactly: offset), isPeerNumber(number) else {
            throw InvalidValue(
                "\(address) is the network's, the broadcast or the hub's address, or beyond the last peer's")
        }
        return number
    }
}
