/// What a person chooses for a network. Each value is valid by itself; ``validate()`` checks them together.
public struct NetworkSettings: Hashable, Sendable {
    /// The name, unique on the hub.
    public var name: DisplayName
    /// What the network is for.
    public var mode: NetworkMode
    /// The IPv4 block that the hub and the peers have their addresses from.
    public var subnet: IPPrefix
    /// The IPv6 block, where the network is dual stack.
    public var subnet6: IPPrefix?
    /// The UDP port the hub listens on, 1…65535.
    public var listenPort: UInt16
    /// The name servers that clients are told to use.
    public var dnsServers: [IPAddress] = []
    /// The search domains that clients are told to use.
    public var searchDomains: [String] = []
    /// The MTU of the interface and of the clients; nil leaves both at their default.
    public var mtu: Int?
    /// The host under which clients reach the hub, where it differs from the hub's setting.
    public var endpointHost: EndpointHost?
    /// Which traffic of the clients enters the tunnel in gateway mode.
    public var tunnel: TunnelScope = .full
    /// Further blocks that clients send into a split tunnel.
    public var customCIDRs: [IPPrefix] = []
    /// Whether what leaves for the outside bears the hub's address.
    public var nat: Bool
    /// Whether the peers may reach one another.
    public var peersMayTalk: Bool
    /// What is done when somebody else changes the interface.
    public var driftPolicy: DriftPolicy = .repair
    /// Who has the private keys of new peers, unless it is said otherwise for one.
    public var custody: KeyCustody = .held
    /// The hub's own host number; see ``AddressPlan``. Another than the first only where a network was imported.
    public var hubNumber: Int64 = AddressPlan.firstHubNumber
    /// How much of what a peer sends passes, in kbit/s, where the peer has no limit of its own; 0 is no limit.
    public var bandwidthUp: Int64 = BandwidthLimit.unlimited
    /// How much of what is sent to a peer passes, in kbit/s, where the peer has no limit of its own; 0 is no limit.
    public var bandwidthDown: Int64 = BandwidthLimit.unlimited
    /// Whether the interface is up.
    public var enabled = true

    /// The MTUs that make sense: IPv6 needs 1280 (RFC 8200 §5), and an interface takes at most 65535 less WireGuard's
    /// own overhead of 80 bytes.
    public static let mtuRange = 1280...65455

    /// More would fit no resolver: glibc took 6 until version 2.26, and a list of networks must fit one answer.
    static let mostSearchDomains = 32

    /// Makes settings with everything beyond the given at the mode's default.
    public init(name: DisplayName, mode: NetworkMode, subnet: IPPrefix, listenPort: UInt16) {
        nat = mode.natByDefault
        peersMayTalk = mode.peersMayTalkByDefault
        self.name = name
        self.mode = mode
        self.subnet = subnet
        self.listenPort = listenPort
    }

    /// The numbering of the subnets, or nil where they allow none; ``validate()`` says why.
    public var addressPlan: AddressPlan? { try? AddressPlan(subnet: subnet, subnet6: subnet6, hubNumber: hubNumber) }

    /// All faults of the settings taken together, each with the field it is about; empty when there is none.
    public func validate() -> [(field: NetworkField, fault: InvalidValue)] {
        var faults: [(field: NetworkField, fault: InvalidValue)] = []
        do {
            _ = try AddressPlan(subnet: subnet, subnet6: subnet6, hubNumber: hubNumber)
        } catch {
            faults.append((error.field, error.fault))
        }
        if AddressPlan.linkLocal.block.overlaps(subnet) {
            faults.append((.subnet, InvalidValue("\(subnet) is \(AddressPlan.linkLocal.why)")))
        }
        if listenPort == 0 { faults.append((.listenPort, InvalidValue("a port is a number from 1 to 65535"))) }
        if let mtu, !Self.mtuRange.contains(mtu) {
            faults.append(
                (.mtu, InvalidValue("an MTU is \(Self.mtuRange.lowerBound) to \(Self.mtuRange.upperBound) bytes")))
        }
        if nat && mode == .hubRouted {
            faults.append((.nat, InvalidValue("a hub-routed network has no outside to translate addresses for")))
        }
        faults += Self.faults(ofSearchDomains: searchDomains).map { (.searchDomains, $0) }
        if let wrong = BandwidthLimit.fault(bandwidthUp) { faults.append((.bandwidthUp, wrong)) }
        if let wrong = BandwidthLimit.fault(bandwidthDown) { faults.append((.bandwidthDown, wrong)) }
        return faults
    }

    /// What is wrong with a list of search domains.
    static func faults(ofSearchDomains domains: [String]) -> [InvalidValue] {
        let count =
            domains.count > mostSearchDomains ? [InvalidValue("at most \(mostSearchDomains) search domains")] : []
        return count
            + domains.filter { !EndpointHost.isDNSName($0) }.map {
                InvalidValue("\($0.quotedForMessage) is not a domain name")
            }
    }
}
