/// What the whole hub should be, as the database says at one instant.
public struct HubState: Sendable {
    /// The interfaces of the networks that are switched on, by network.
    public var interfaces: [Int64: DesiredInterface]
    /// The interfaces that must go.
    public var retired: Set<InterfaceName>
    /// What decides which packets pass.
    public var firewall: FirewallState

    /// Makes it from its parts.
    public init(
        interfaces: [Int64: DesiredInterface] = [:], retired: Set<InterfaceName> = [],
        firewall: FirewallState = FirewallState()
    ) {
        self.interfaces = interfaces
        self.retired = retired
        self.firewall = firewall
    }
}
