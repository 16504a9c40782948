/// What a person chooses for a bridge.
public struct BridgeSettings: Hashable, Sendable {
    /// The first network.
    public var networkA: Int64
    /// The second network, another than the first.
    public var networkB: Int64
    /// Who may begin a conversation.
    public var direction: BridgeDirection
    /// The blocks that may be reached through the bridge; empty for no limit. A conversation is judged by where it
    /// goes to; its answers pass.
    public var allowedCIDRs: [IPPrefix] = []
    /// Whether the bridge carries traffic.
    public var enabled = true

    /// Makes settings with everything beyond the given at its default.
    public init(networkA: Int64, networkB: Int64, direction: BridgeDirection) {
        self.networkA = networkA
        self.networkB = networkB
        self.direction = direction
    }

    /// The most blocks that a bridge may be limited to.
    public static let mostAllowedCIDRs = 256

    /// All faults of the settings taken together, each with the field it is about; empty when there is none.
    public func validate() -> [(field: BridgeField, fault: InvalidValue)] {
        var faults: [(field: BridgeField, fault: InvalidValue)] = []
        if networkA == networkB {
            faults.append((.networkB, InvalidValue("a bridge is between two different networks")))
        }
        if allowedCIDRs.count > Self.mostAllowedCIDRs {
            faults.append((.allowedCIDRs, InvalidValue("at most \(Self.mostAllowedCIDRs) blocks")))
        }
        var seen: Set<IPPrefix> = []
        if let block = allowedCIDRs.first(where: { !seen.insert($0).inserted }) {
            faults.append((.allowedCIDRs, InvalidValue("\(block) is there twice")))
        }
        return faults
    }
}
