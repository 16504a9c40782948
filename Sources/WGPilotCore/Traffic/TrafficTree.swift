/// Filters that tell by its address what becomes of a packet, and the tables that they stand in.
public struct TrafficTree: Equatable, Sendable {
    /// One filter.
    public struct Filter: Hashable, Sendable {
        /// Its number in the kernel: its table, its bucket and its place there.
        public var handle: UInt32
        /// The class that its packets go to; of a filter that redirects 1 where it leads to the device of ours, else 0.
        public var target: UInt16

        /// Makes it from its parts.
        public init(handle: UInt32, target: UInt16) {
            self.handle = handle
            self.target = target
        }
    }

    /// Something among our filters that is none of them.
    public struct Stray: Hashable, Sendable {
        /// Whether it is about IPv4.
        public var isV4: Bool
        /// Its number in the kernel.
        public var handle: UInt32

        /// Makes it from its parts.
        public init(isV4: Bool, handle: UInt32) {
            self.isV4 = isV4
            self.handle = handle
        }
    }

    /// The tables that are there and that something leads to.
    public var tables: Set<TrafficTable>
    /// The filters by what they match.
    public var filters: [IPPrefix: Filter]
    /// What is none of ours.
    public var strays: Set<Stray>
    /// Which places of buckets are taken.
    private var taken: Set<UInt32>

    /// Makes it from its parts.
    public init(
        tables: Set<TrafficTable> = [], filters: [IPPrefix: Filter] = [:], strays: Set<Stray> = []
    ) {
        self.tables = tables
        self.filters = filters
        self.strays = strays
        taken = Set(filters.values.map(\.handle)).union(strays.map(\.handle))
    }

    /// Places a filter, and tells which tables must be made first; nil where its bucket has no place left.
    mutating func place(_ block: IPPrefix, target: UInt16) -> (filter: Filter, tables: [TrafficTable])? {
        let path = TrafficTable.path(to: block)
        guard let table = path.last else { return nil }
        let bucket = table.handle(bucket: table.bucket(of: block))
        // Twelve bits, of which 0 is no place (`TC_U32_NODE`).
        guard let handle = (1...0xFFF).lazy.map({ bucket | $0 }).first(where: { !taken.contains($0) }) else {
            return nil
        }
        let missing = path.filter { !tables.contains($0) }
        tables.formUnion(missing)
        let filter = Filter(handle: handle, target: target)
        filters[block] = filter
        taken.insert(handle)
        return (filter, missing)
    }

    /// Takes a filter away, and tells what it was.
    mutating func remove(_ block: IPPrefix) -> Filter? {
        guard let filter = filters.removeValue(forKey: block) else { return nil }
        taken.remove(filter.handle)
        return filter
    }

    /// Takes what is none of ours away, and tells what it was.
    mutating func removeStrays() -> [Stray] {
        defer {
            taken.subtract(strays.map(\.handle))
            strays = []
        }
        return strays.sorted { $0.handle < $1.handle }
    }
}
