public import WGPilotCore

/// One network interface of the machine.
public struct LinkInfo: Hashable, Sendable {
    /// The scope of an address: `rtm_scope_t` in linux/rtnetlink.h.
    public enum Scope: Hashable, Sendable {
        /// Valid everywhere (`RT_SCOPE_UNIVERSE`), or in one site.
        case global
        /// Valid on this link alone (`RT_SCOPE_LINK`): 169.254.0.0/16, fe80::/10.
        case link
        /// Valid on this machine alone (`RT_SCOPE_HOST`): loopback.
        case host
    }

    /// One address of an interface.
    public struct Address: Hashable, Sendable {
        /// The address and the length of its on-link prefix.
        public var address: InterfaceAddress
        /// How far it is valid.
        public var scope: Scope

        /// Makes it from its parts.
        public init(address: InterfaceAddress, scope: Scope) {
            self.address = address
            self.scope = scope
        }
    }

    /// The interface's name as the kernel has it; not each is one that WGPilot would give.
    public var name: String
    /// The interface's index in its network namespace.
    public var index: Int
    /// What kind of interface the kernel says it is (`IFLA_INFO_KIND`): "wireguard", "tun", "veth", …; nil for hardware
    /// and loopback. One that a `wireguard-go` carries is "wireguard" too.
    public var kind: String?
    /// Whether it is administratively up (`IFF_UP`).
    public var isUp: Bool
    /// Whether it is a loopback interface (`IFF_LOOPBACK`).
    public var isLoopback: Bool
    /// Its MTU.
    public var mtu: Int
    /// Its addresses of every scope, in the kernel's order.
    public var addresses: [Address]
    /// What it carried; nil where the kernel did not tell.
    public var statistics: LinkStatistics?

    /// Its addresses of global scope, in the kernel's order.
    public var globalAddresses: [InterfaceAddress] {
        addresses.filter { $0.scope == .global }.map(\.address)
    }

    /// Makes it from its parts.
    public init(
        name: String, index: Int, kind: String? = nil, isUp: Bool, isLoopback: Bool = false, mtu: Int,
        addresses: [Address] = [], statistics: LinkStatistics? = nil
    ) {
        self.name = name
        self.index = index
        self.kind = kind
        self.isUp = isUp
        self.isLoopback = isLoopback
        self.mtu = mtu
        self.addresses = addresses
        self.statistics = statistics
    }
}
