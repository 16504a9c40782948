/// The rules of the kernel's packet filter that a ``FirewallState`` means: the definition of one table, as nft(8) reads
/// it. The same state gives the same text, whatever the order of its parts.
///
/// Nothing in the text comes from what people type: it has addresses, numbers and the names of interfaces, whose
/// characters are all harmless within quotation marks.
///
/// How a packet goes through it:
///
/// * What neither comes from nor goes to an interface of ours is none of our business and leaves at once.
/// * Answers pass by what is known of their conversation. What goes the way of the first packet is judged every time,
///   so that a new rule ends conversations that were allowed before.
/// * `forward` leads to the chain of the network that it comes from, which drops what the topology does not allow and
///   hands the rest to `access`; `input` does the same for what is meant for the hub itself.
/// * `access` finds the lists of rules by the source's address, at the same cost for one peer and for ten thousand.
///
/// Base chains accept, and drop by rules: in the kernel a new base chain sees packets before its rules do, and a policy
/// of dropping would drop them. No set or map is of intervals, for after a replacement the kernel fills those a moment
/// later than it switches the rules (seen on Linux 6.18), and a packet that a rule denies would slip by in between.
public struct FirewallRuleset: Hashable, Sendable {
    /// The family and name of the one table of ours.
    public static let table = "inet wgpilot"

    /// `table inet wgpilot { … }`; nil where there is no network, and so nothing for a table to do.
    public let text: String?

    /// Renders the rules.
    public init(_ state: FirewallState) {
        let networks = state.networks.sorted { $0.interface < $1.interface }
        guard !networks.isEmpty else {
            text = nil
            return
        }
        let access = AccessChains(state.access)
        let parts =
            Self.sets(networks, state) + access.maps
            + [Self.forward(networks, state.switchedOff)] + networks.map { Self.network($0, state) }
            + [Self.input(networks), access.dispatch] + access.chains + Self.postrouting(networks)
        text = "table \(Self.table) {\n" + parts.map(\.text).joined(separator: "\n") + "}\n"
    }

    // MARK: Sets

    private static func sets(_ networks: [FirewallNetwork], _ state: FirewallState) -> [RulesetPart] {
        var sets = [
            RulesetPart.set("interfaces", type: "ifname", elements: networks.map { quoted($0.interface) })
        ]
        for family in RulesetFamily.allCases {
            var hub: [String] = []
            var reachable: [String] = []
            for network in networks {
                for address in family.addresses(network.hubAddresses) {
                    hub.append("\(address)")
                    for source in networks
                    where source.interface == network.interface
                        || state.bridge(from: source.interface, to: network.interface, reaching: address) != nil
                    {
                        reachable.append("\(quoted(source.interface)) . \(address)")
                    }
                }
            }
            guard !hub.isEmpty else { continue }
            sets.append(.set("hub_\(family)", type: family.type, elements: hub))
            sets.append(.set("reachable_\(family)", type: "ifname . \(family.type)", elements: reachable.sorted()))
        }
        return sets
    }

    // MARK: Base chains

    private static let answers = [
        "ct direction reply ct state established,related accept",
        "ct state related accept",
    ]

    private static func forward(_ networks: [FirewallNetwork], _ switchedOff: [IPPrefix]) -> RulesetPart {
        let chains = networks.map { "iifname \(quoted($0.interface)) goto \(chain(of: $0))" }
        return .chain(
            "forward", hook: "type filter hook forward priority filter; policy accept;",
            ["iifname != @interfaces oifname != @interfaces accept", "tcp flags syn tcp option maxseg size set rt mtu"]
                + answers
                // What is switched off is not elsewhere: the uplink must not see what is meant for it.
                + RulesetFamily.matches("daddr", switchedOff).map { "iifname @interfaces \($0) drop" }
                // Nobody outside begins a conversation with a peer.
                + chains + ["drop"])
    }

    /// What is meant for the hub: its address in another network is reached only by a bridge.
    private static func input(_ networks: [FirewallNetwork]) -> RulesetPart {
        let elsewhere = RulesetFamily.allCases.filter { family in
            networks.contains { !family.addresses($0.hubAddresses).isEmpty }
        }.map { "\($0.keyword) daddr @hub_\($0) iifname . \($0.keyword) daddr != @reachable_\($0) drop" }
        return .chain(
            "input", hook: "type filter hook input priority filter; policy accept;",
            ["iifname != @interfaces accept"] + answers + elsewhere + ["goto access"])
    }

    private static func postrouting(_ networks: [FirewallNetwork]) -> [RulesetPart] {
        let translated = networks.filter { $0.nat && $0.reachesOutside }.flatMap {
            $0.mode == .siteToSite ? $0.subnets + $0.siteNetworks : $0.subnets
        }
        guard !translated.isEmpty else { return [] }
        return [
            .chain(
                "postrouting", hook: "type nat hook postrouting priority srcnat; policy accept;",
                ["oifname @interfaces accept"]
                    + RulesetFamily.matches("saddr", translated).map { "\($0) masquerade" })
        ]
    }

    // MARK: Topology

    /// Named by the interface, so that a network more changes nothing of the others. Of what an interface's name may have,
    /// nft(8) takes all but `+` and `=` in a name without quotation marks, and the slash, which no interface has.
    private static func chain(of network: FirewallNetwork) -> String {
        "network_" + network.interface.description.map { $0 == "+" ? "/p" : $0 == "=" ? "/e" : "\($0)" }.joined()
    }

    private static func network(_ network: FirewallNetwork, _ state: FirewallState) -> RulesetPart {
        var lines: [String] = []
        let back = "oifname \(quoted(network.interface))"
        if network.peersMayTalk {
            lines.append("\(back) goto access")
        } else if network.mode == .siteToSite {
            for field in ["saddr", "daddr"] {
                lines += RulesetFamily.matches(field, network.siteNetworks).map { "\(back) \($0) goto access" }
            }
        }
        for bridge in state.bridges(from: network.interface) {
            let across = "oifname \(quoted(bridge.to))"
            let verdict = "goto access comment \"bridge \(bridge.id)\""
            if bridge.destinations.isEmpty {
                lines.append("\(across) \(verdict)")
            } else {
                lines += RulesetFamily.matches("daddr", bridge.destinations).map { "\(across) \($0) \(verdict)" }
            }
        }
        lines += network.reachesOutside ? ["oifname @interfaces drop", "goto access"] : ["drop"]
        return .chain(chain(of: network), lines)
    }
}

/// An interface's name as nft(8) takes it. ``InterfaceName`` has neither quotation marks nor the `*` that would stand
/// for any ending.
func quoted(_ interface: InterfaceName) -> String { "\"\(interface)\"" }
