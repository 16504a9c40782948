/// Which connections are meant: those with an end in some blocks. The narrowest block decides, so that a part of a block
/// can be left out.
public struct ConnectionFilter: Sendable {
    private var table = PrefixTable<Bool>()
    /// What was left out; mostly nothing.
    private var excluded: Set<IPPrefix> = []

    /// Makes a filter that fits nothing yet, or the connections of these blocks.
    public init(_ blocks: some Sequence<IPPrefix> = EmptyCollection<IPPrefix>()) {
        for block in blocks { include(block) }
    }

    /// Adds the connections of a block, whatever of it was left out before.
    public mutating func include(_ block: IPPrefix) {
        for other in excluded where block.contains(other) {
            table[other] = nil
            excluded.remove(other)
        }
        table[block] = true
    }

    /// Leaves the connections of a block out, unless they have their other end in one that is meant.
    public mutating func exclude(_ block: IPPrefix) {
        table[block] = false
        excluded.insert(block)
    }

    /// Whether it fits nothing.
    public var isEmpty: Bool { table.blocks.count == excluded.count }

    /// The blocks whose connections are meant, in order.
    public var blocks: [IPPrefix] { table.blocks.filter { !excluded.contains($0) }.sorted() }

    /// Whether an address is one of those meant.
    public func contains(_ address: IPAddress) -> Bool { table.value(for: address) == true }

    /// Whether a connection between two ends is meant.
    public func fits(initiator: IPAddress, responder: IPAddress) -> Bool {
        contains(initiator) || contains(responder)
    }
}
