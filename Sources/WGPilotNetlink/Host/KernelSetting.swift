/// A setting of the kernel that a mode may need (Documentation/networking/ip-sysctl.rst).
public enum KernelSetting: Hashable, Sendable {
    /// `net.ipv4.ip_forward`.
    case ipv4Forwarding
    /// `net.ipv6.conf.all.forwarding`.
    case ipv6Forwarding
    /// `net.ipv6.conf.NAME.accept_ra`: 1 listens only while the machine does not forward, 2 always.
    case acceptRouterAdvertisements(interface: String)

    /// The name by which sysctl(8) knows it.
    public var name: String {
        switch self {
        case .ipv4Forwarding: "net.ipv4.ip_forward"
        case .ipv6Forwarding: "net.ipv6.conf.all.forwarding"
        // Where dots part the words, a dot of the interface's own name is written as a slash.
        case .acceptRouterAdvertisements(let interface):
            "\(Self.perInterface)\(String(interface.map { $0 == "." ? "/" : $0 }))\(Self.acceptRA)"
        }
    }

    /// The setting of this name; nil for one that is never changed here.
    public init?(name: String) {
        switch name {
        case Self.ipv4Forwarding.name: self = .ipv4Forwarding
        case Self.ipv6Forwarding.name: self = .ipv6Forwarding
        default:
            guard name.hasPrefix(Self.perInterface), name.hasSuffix(Self.acceptRA) else { return nil }
            let middle = name.dropFirst(Self.perInterface.count).dropLast(Self.acceptRA.count)
            self = .acceptRouterAdvertisements(interface: String(middle.map { $0 == "/" ? "." : $0 }))
        }
    }

    private static let perInterface = "net.ipv6.conf."
    private static let acceptRA = ".accept_ra"
}
