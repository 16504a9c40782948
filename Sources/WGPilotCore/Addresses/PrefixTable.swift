/// Values by blocks, found by the address: the narrowest block that has it decides.
///
/// It holds ten thousand blocks of single addresses as easily as one: an address is looked up once for each length that
/// any block has.
public struct PrefixTable<Value> {
    private var values: [IPPrefix: Value] = [:]
    /// The lengths that blocks have, narrowest first, by family.
    private var lengths4: [UInt8] = []
    private var lengths6: [UInt8] = []

    /// Makes an empty table.
    public init() {}

    /// Whether nothing is in it.
    public var isEmpty: Bool { values.isEmpty }

    /// The blocks, in no order.
    public var blocks: some Collection<IPPrefix> { values.keys }

    /// The value of exactly this block; setting nil takes the block out.
    public subscript(block: IPPrefix) -> Value? {
        get { values[block] }
        set {
            values[block] = newValue
            guard newValue != nil else { return }
            if block.address.isV4 {
                Self.note(block.length, in: &lengths4)
            } else {
                Self.note(block.length, in: &lengths6)
            }
        }
    }

    /// The value of the narrowest block that has the address; nil where none has it.
    public func value(for address: IPAddress) -> Value? {
        for length in address.isV4 ? lengths4 : lengths6 {
            if let value = values[IPPrefix(masking: address, length: length)] { return value }
        }
        return nil
    }

    private static func note(_ length: UInt8, in lengths: inout [UInt8]) {
        let place = lengths.firstIndex { $0 <= length } ?? lengths.endIndex
        if place < lengths.endIndex, lengths[place] == length { return }
        lengths.insert(length, at: place)
    }
}

extension PrefixTable: Sendable where Value: Sendable {}
