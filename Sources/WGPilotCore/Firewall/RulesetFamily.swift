/// The address family of a match, and its words in nft(8)'s language.
enum RulesetFamily: CaseIterable, CustomStringConvertible {
    case v4, v6

    /// The header that a match looks into.
    var keyword: String { self == .v4 ? "ip" : "ip6" }
    /// The type of an address in a set.
    var type: String { self == .v4 ? "ipv4_addr" : "ipv6_addr" }
    /// What the names of its sets end in.
    var description: String { self == .v4 ? "v4" : "v6" }

    /// Those of the addresses that are of the family, in order.
    func addresses(_ addresses: [IPAddress]) -> [IPAddress] {
        addresses.filter { $0.isV4 == (self == .v4) }.sorted()
    }

    /// Those of the blocks that are of the family, in order, without those that another holds.
    func blocks(_ blocks: some Sequence<IPPrefix>) -> [IPPrefix] {
        var out: [IPPrefix] = []
        for block in blocks.filter({ $0.address.isV4 == (self == .v4) }).sorted() {
            // Blocks nest or are apart, and the wider sorts first: what is in any of them is in the last.
            if out.last?.contains(block) != true { out.append(block) }
        }
        return out
    }

    /// The blocks of the family by their length, the longest first.
    ///
    /// Each length gets a set of its own, which is asked for the masked address: a set of addresses is in force at the
    /// same moment as the rules around it. The kernel fills sets of intervals a moment later, and a packet that came in
    /// between would find them empty.
    func blocksByLength(_ blocks: some Sequence<IPPrefix>) -> [(length: UInt8, blocks: [IPPrefix])] {
        Dictionary(grouping: self.blocks(blocks), by: \.length).sorted { $0.key > $1.key }.map { ($0.key, $0.value) }
    }

    /// What a packet's source (`saddr`) or destination (`daddr`) is looked up by among blocks of a length.
    func key(_ field: String, length: UInt8) -> String {
        let everyBit: IPAddress =
            self == .v4 ? .v4(IPv4Address(rawValue: .max)) : .v6(IPv6Address(rawValue: .max))
        let match = "\(keyword) \(field)"
        return length == everyBit.bitWidth ? match : "\(match) & \(IPPrefix(masking: everyBit, length: length).address)"
    }

    /// For each family and length that the blocks have, the match of a packet's source (`saddr`) or destination
    /// (`daddr`).
    static func matches(_ field: String, _ blocks: [IPPrefix]) -> [String] {
        allCases.flatMap { family in
            family.blocksByLength(blocks).map { length, blocks in
                if blocks.count == 1 { return "\(family.keyword) \(field) \(blocks[0].rulesetText)" }
                let elements = blocks.map(\.address.description).joined(separator: ", ")
                return "\(family.key(field, length: length)) { \(elements) }"
            }
        }
    }
}

extension IPPrefix {
    /// A block as nft(8) takes and lists it: a single address without a length.
    var rulesetText: String { length == address.bitWidth ? "\(address)" : description }
}
