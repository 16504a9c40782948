extension IPPrefix {
    /// What is left of this block without others: the fewest blocks there can be, by address.
    ///
    /// A block that is touched is parted into its two halves, and each of these again, until one is whole or gone. So no
    /// two of the result can be joined.
    public func excluding(_ others: [IPPrefix]) -> [IPPrefix] {
        let touching = others.filter { overlaps($0) }
        if touching.isEmpty { return [self] }
        if touching.contains(where: { $0.contains(self) }) { return [] }
        guard let (low, high) = halves else { return [] }
        return low.excluding(touching) + high.excluding(touching)
    }

    /// The two blocks that this one is made of; nil for a single address.
    private var halves: (low: IPPrefix, high: IPPrefix)? {
        guard length < address.bitWidth else { return nil }
        let low = IPPrefix(masking: address, length: length + 1)
        let middle: IPAddress
        switch address {
        case .v4(let v4): middle = .v4(IPv4Address(rawValue: v4.rawValue | (1 << (31 - UInt32(length)))))
        case .v6(let v6): middle = .v6(IPv6Address(rawValue: v6.rawValue | (1 << (127 - UInt128(length)))))
        }
        return (low, IPPrefix(masking: middle, length: length + 1))
    }
}
