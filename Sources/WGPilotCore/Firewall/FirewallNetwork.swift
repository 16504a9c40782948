/// What the firewall knows of one network.
public struct FirewallNetwork: Hashable, Sendable {
    /// Its interface.
    public var interface: InterfaceName
    /// Its mode.
    public var mode: NetworkMode
    /// Its subnets, IPv4 first.
    public var subnets: [IPPrefix]
    /// The hub's addresses in it.
    public var hubAddresses: [IPAddress]
    /// The networks behind its site gateways that are switched on, sorted.
    public var siteNetworks: [IPPrefix]
    /// Whether what leaves for the outside bears the hub's address.
    public var nat: Bool
    /// Whether its peers may reach one another.
    public var peersMayTalk: Bool

    /// Makes it from its parts.
    public init(
        interface: InterfaceName, mode: NetworkMode, subnets: [IPPrefix], hubAddresses: [IPAddress],
        siteNetworks: [IPPrefix] = [], nat: Bool, peersMayTalk: Bool
    ) {
        self.interface = interface
        self.mode = mode
        self.subnets = subnets
        self.hubAddresses = hubAddresses
        self.siteNetworks = siteNetworks
        self.nat = nat
        self.peersMayTalk = peersMayTalk
    }
}
