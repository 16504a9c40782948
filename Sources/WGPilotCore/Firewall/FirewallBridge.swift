/// One direction of a bridge: who may begin a conversation with whom.
public struct FirewallBridge: Hashable, Sendable {
    /// The bridge's number.
    public var id: Int64
    /// The interface it comes in by.
    public var from: InterfaceName
    /// The interface it goes out by.
    public var to: InterfaceName
    /// The blocks that may be reached; empty for no limit.
    public var destinations: [IPPrefix]

    /// Makes it from its parts.
    public init(id: Int64, from: InterfaceName, to: InterfaceName, destinations: [IPPrefix] = []) {
        self.id = id
        self.from = from
        self.to = to
        self.destinations = destinations
    }
}
