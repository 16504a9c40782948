/// A WireGuard network: one interface of the hub with its subnet, keys and rules, as the database has it.
///
/// The hub's private key is not part of it: only the store and the kernel ever hold that.
public struct Network: Hashable, Sendable, Identifiable {
    /// The number by which everything else refers to a network; never used again.
    public let id: Int64
    /// What was chosen for it.
    public var settings: NetworkSettings
    /// The interface the daemon assigned.
    public var interface: InterfaceName
    /// The hub's public key in this network.
    public var publicKey: PublicKey
    /// When it was created, in seconds since 1970-01-01 UTC.
    public var createdAt: Int64
    /// When it was last changed, in seconds since 1970-01-01 UTC.
    public var updatedAt: Int64

    /// Makes it from its parts.
    public init(
        id: Int64, settings: NetworkSettings, interface: InterfaceName, publicKey: PublicKey, createdAt: Int64,
        updatedAt: Int64
    ) {
        self.id = id
        self.settings = settings
        self.interface = interface
        self.publicKey = publicKey
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// The hub's own addresses on the interface, one in each subnet.
    public var hubAddresses: [InterfaceAddress] {
        settings.addressPlan.map { plan in
            [InterfaceAddress(address: plan.hubAddress, prefixLength: settings.subnet.length)]
                + (plan.hubAddress6.map { address in
                    [InterfaceAddress(address: address, prefixLength: settings.subnet6?.length ?? 128)]
                } ?? [])
        } ?? []
    }
}
