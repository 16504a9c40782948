/// Everything that decides which packets pass the hub, derived from the database: plain values, from which the rules
/// for the kernel are rendered and from which a question about reachability is answered.
public struct FirewallState: Hashable, Sendable {
    /// The networks that are switched on, by interface.
    public var networks: [FirewallNetwork]
    /// What passes between networks: of bridges that are switched on, between networks that are.
    public var bridges: [FirewallBridge]
    /// The access rules.
    public var access: AccessPolicy

    /// Makes it from its parts.
    public init(networks: [FirewallNetwork] = [], bridges: [FirewallBridge] = [], access: AccessPolicy = .init()) {
        self.networks = networks
        self.bridges = bridges
        self.access = access
    }
}
