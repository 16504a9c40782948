/// A setting of the kernel that a mode may need (Documentation/networking/ip-sysctl.rst).
public enum KernelSetting: Hashable, Sendable {
    /// `net.ipv4.ip_forward`.
    case ipv4Forwarding
    /// `net.ipv6.conf.all.forwarding`.
    case ipv6Forwarding
    /// `net.ipv4.conf.NAME.forwarding`: whether what comes in by the interface is forwarded. Setting
    /// ``ipv4Forwarding`` sets it for all.
    case ipv4InterfaceForwarding(interface: String)
    /// `net.ipv6.conf.NAME.accept_ra`: 1 listens only while the machine does not forward, 2 always.
    case acceptRouterAdvertisements(interface: String)

    /// `net.netfilter.nf_conntrack_acct`: whether packets and bytes of tracked connections are counted, of those that begin
    /// from then on (Documentation/networking/nf_conntrack-sysctl.rst).
    case connectionAccounting
    /// `net.netfilter.nf_conntrack_timestamp`: whether it is noted when tracked connections begin.
    case connectionTimestamps

    /// The name by which sysctl(8) knows it.
    public var name: String {
        switch self {
        case .ipv4Forwarding: "net.ipv4.ip_forward"
        case .ipv6Forwarding: "net.ipv6.conf.all.forwarding"
        // Where dots part the words, a dot of the interface's own name is written as a slash.
        case .acceptRouterAdvertisements(let interface):
            "\(Self.perInterface)\(Self.word(interface))\(Self.acceptRA)"
        case .ipv4InterfaceForwarding(let interface):
            "\(Self.perInterface4)\(Self.word(interface))\(Self.forwarding)"
        case .connectionAccounting: "net.netfilter.nf_conntrack_acct"
        case .connectionTimestamps: "net.netfilter.nf_conntrack_timestamp"
        }
    }

    /// The setting of this name; nil for one that is never changed here.
    public init?(name: String) {
        switch name {
        case Self.ipv4Forwarding.name: self = .ipv4Forwarding
        case Self.ipv6Forwarding.name: self = .ipv6Forwarding
        case Self.connectionAccounting.name: self = .connectionAccounting
        case Self.connectionTimestamps.name: self = .connectionTimestamps
        default:
            if let interface = Self.interface(name, Self.perInterface, Self.acceptRA) {
                self = .acceptRouterAdvertisements(interface: interface)
            } else if let interface = Self.interface(name, Self.perInterface4, Self.forwarding) {
                self = .ipv4InterfaceForwarding(interface: interface)
            } else {
                return nil
            }
        }
    }

    private static let perInterface = "net.ipv6.conf."
    private static let perInterface4 = "net.ipv4.conf."
    private static let acceptRA = ".accept_ra"
    private static let forwarding = ".forwarding"

    private static func word(_ interface: String) -> String { String(interface.map { $0 == "." ? "/" : $0 }) }

    private static func interface(_ name: String, _ prefix: String, _ suffix: String) -> String? {
        guard name.hasPrefix(prefix), name.hasSuffix(suffix), name.count >= prefix.count + suffix.count else {
            return nil
        }
        return String(name.dropFirst(prefix.count).dropLast(suffix.count).map { $0 == "/" ? "." : $0 })
    }
}
