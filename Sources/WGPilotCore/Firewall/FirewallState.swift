/// Everything that decides which packets pass the hub, derived from the database: plain values, from which the rules
/// for the kernel are rendered and from which a question about reachability is answered.
public struct FirewallState: Hashable, Sendable {
    /// The networks that are switched on, by interface.
    public var networks: [FirewallNetwork]
    /// The subnets of networks that are switched off, and the networks behind site gateways that are or whose network is:
    /// they are the hub's all the same, so that what is meant for them must not leave for the outside.
    public var switchedOff: [IPPrefix]
    /// What passes between networks: of bridges that are switched on, between networks that are.
    public var bridges: [FirewallBridge]
    /// The access rules.
    public var access: AccessPolicy

    /// Makes it from its parts.
    public init(
        networks: [FirewallNetwork] = [], switchedOff: [IPPrefix] = [], bridges: [FirewallBridge] = [],
        access: AccessPolicy = .init()
    ) {
        self.networks = networks
        self.switchedOff = switchedOff
        self.bridges = bridges
        self.access = access
    }
}
