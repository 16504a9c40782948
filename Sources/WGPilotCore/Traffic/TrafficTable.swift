/// A hash table of filters (tc-u32(8)), in which the class of a packet is found in constant time.
///
/// u32 has tables of 256 buckets, and a bucket that holds another table. Blocks of one length share a first table. For the
/// lengths that hubs have many of, each bucket of it leads to a table of its own, so that the sixteen last bits of the
/// block are told apart; for the others the eight last bits are.
///
///     root ─ one link for each length in use
///       └ first table: by bits L-16…L-9 of the address   (or L-8…L-1, and the filters are here)
///           └ second table: by bits L-8…L-1
///               └ the filters: usually one
///
/// The blocks of a network's peers never overlap, so at most one filter matches and their order does not matter. A packet
/// that none matches passes one table of each length, however many peers there are.
public struct TrafficTable: Hashable, Sendable {
    /// Whether it is of IPv4 blocks.
    public let isV4: Bool
    /// The length of the blocks: 0…32 or 0…128.
    public let length: UInt8
    /// Of a second table the bucket of the first one that leads to it; nil for a first table.
    public let branch: UInt8?

    /// Makes it from its parts.
    init(isV4: Bool, length: UInt8, branch: UInt8? = nil) {
        self.isV4 = isV4
        self.length = length
        self.branch = branch
    }

    /// The lengths with second tables, with the numbers of these: the peers' own addresses, and the blocks that sites
    /// usually are. The kernel has room for numbers below 0x800 (`gen_new_htid`, net/sched/cls_u32.c).
    private static let twofold: [(isV4: Bool, length: UInt8, first: UInt16)] = [
        (true, 32, 0x100), (false, 128, 0x200), (true, 24, 0x300), (false, 64, 0x400), (false, 56, 0x500),
        (false, 48, 0x600),
    ]
    /// First tables have the numbers from 1 for IPv4 and from 0x40 for IPv6, by their length.
    private static let firstV4: UInt16 = 0x01
    private static let firstV6: UInt16 = 0x40

    /// Its number in the kernel (`TC_U32_HTID`), the same everywhere.
    public var id: UInt16 {
        if let branch, let block = Self.twofold.first(where: { $0.isV4 == isV4 && $0.length == length }) {
            return block.first + UInt16(branch)
        }
        return (isV4 ? Self.firstV4 : Self.firstV6) + UInt16(length)
    }

    /// The table of a number; nil for one that we do not give.
    public init?(id: UInt16) {
        if let block = Self.twofold.first(where: { $0.first == id & ~0xFF }) {
            self.init(isV4: block.isV4, length: block.length, branch: UInt8(truncatingIfNeeded: id))
        } else if (Self.firstV4...Self.firstV4 + 32).contains(id) {
            self.init(isV4: true, length: UInt8(truncatingIfNeeded: id - Self.firstV4))
        } else if (Self.firstV6...Self.firstV6 + 128).contains(id) {
            self.init(isV4: false, length: UInt8(truncatingIfNeeded: id - Self.firstV6))
        } else {
            return nil
        }
    }

    /// The tables on the way to a block, the one that holds its filter last.
    public static func path(to block: IPPrefix) -> [TrafficTable] {
        let first = TrafficTable(isV4: block.address.isV4, length: block.length)
        guard twofold.contains(where: { $0.isV4 == first.isV4 && $0.length == first.length }) else { return [first] }
        return [first, TrafficTable(isV4: first.isV4, length: first.length, branch: first.bucket(of: block))]
    }

    /// The table whose bucket leads here; nil for a first one, to which the root leads.
    public var parent: TrafficTable? {
        branch.map { _ in TrafficTable(isV4: isV4, length: length) }
    }

    /// By which bits of the address a bucket of the table is chosen: those of one word of 32 bits, for u32 looks at one.
    public var hash: (word: Int, mask: UInt32) {
        if length == 0 { return (0, 0) }
        let word = (Int(length) - 1) / 32
        // Of this word so many bits belong to the block.
        let bits = Int(length) - 32 * word
        let isFirstOfTwo = branch == nil && Self.twofold.contains { $0.isV4 == isV4 && $0.length == length }
        let end = isFirstOfTwo ? bits - 8 : bits
        let width = min(8, end)
        return (word, (UInt32.max >> UInt32(32 - width)) << UInt32(32 - end))
    }

    /// The bucket of a block, as the kernel computes it (`u32_hash_fold`, net/sched/cls_u32.c).
    public func bucket(of block: IPPrefix) -> UInt8 {
        let (word, mask) = hash
        if mask == 0 { return 0 }
        let bits = block.address.words[word] & mask
        return UInt8(truncatingIfNeeded: bits >> UInt32(mask.trailingZeroBitCount))
    }

    /// The number of the first place in a bucket, before the number of the place itself (`TC_U32_HTID`, `TC_U32_HASH`).
    public func handle(bucket: UInt8) -> UInt32 { UInt32(id) << 20 | UInt32(bucket) << 12 }
}

extension IPAddress {
    /// The address in words of 32 bits, the most significant first: one or four.
    public var words: [UInt32] {
        switch self {
        case .v4(let address): [address.rawValue]
        case .v6(let address):
            (0..<4).map { UInt32(truncatingIfNeeded: address.rawValue >> UInt128(96 - 32 * $0)) }
        }
    }
}
