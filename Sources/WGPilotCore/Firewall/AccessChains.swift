import Crypto

/// The part of the rules that looks after access lists.
///
/// Each list is a chain, and each combination of lists that some source has is a chain that asks them in turn. Maps lead
/// from a source's address to its combination; a source that is in none goes by the list of its network.
struct AccessChains {
    private let policy: AccessPolicy
    /// The names of the lists: those of their owners, so that they stay while others come and go.
    private let names: [String]
    /// The combinations of lists, in order.
    private let profiles: [[Int]]

    init(_ policy: AccessPolicy) {
        self.policy = policy
        let combinations = policy.sources.map(\.lists) + policy.networks.values.map { [$0] }
        profiles = Set(combinations.map(policy.known)).sorted { $0.lexicographicallyPrecedes($1) }
        var taken: [String: Int] = [:]
        names = policy.lists.map { list in
            let name = list.owner.chainName
            let count = taken[name, default: 0] + 1
            taken[name] = count
            return count == 1 ? name : "\(name)_\(count)"
        }
    }

    private func verdict(_ lists: [Int]) -> String { "goto \(profile(policy.known(lists)))" }

    /// The chain of a combination: the names of its lists, or their digest where that is longer than a name may be
    /// (`NFT_NAME_MAXLEN`, linux/netfilter/nf_tables.h).
    private func profile(_ lists: [Int]) -> String {
        if lists.isEmpty { return "profile_none" }
        let joined = lists.map { names[$0] }.joined(separator: "_")
        return "profile_" + (joined.utf8.count <= 200 ? joined : Self.digest(joined))
    }

    /// The first 48 bits of SHA-256, in hexadecimal.
    fileprivate static func digest(_ text: String) -> String {
        SHA256.hash(data: Array(text.utf8)).prefix(6).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// The verdicts of all blocks that some source sends from.
    private var verdicts: [IPPrefix: String] {
        policy.sources.reduce(into: [:]) { verdicts, source in
            for block in source.blocks { verdicts[block] = verdict(source.lists) }
        }
    }

    /// The maps from addresses to combinations, one for each length of block.
    var maps: [RulesetPart] {
        let verdicts = verdicts
        return RulesetFamily.allCases.flatMap { family in
            family.blocksByLength(verdicts.keys).map { length, blocks in
                .verdictMap(
                    "sources_\(family)_\(length)", family: family,
                    elements: blocks.map { "\($0.address) : \(verdicts[$0] ?? "accept")" })
            }
        }
    }

    /// The chain that whatever the topology allows is handed to.
    var dispatch: RulesetPart {
        var lines = RulesetFamily.allCases.flatMap { family in
            family.blocksByLength(policy.sources.flatMap(\.blocks)).map { length, _ in
                "\(family.key("saddr", length: length)) vmap @sources_\(family)_\(length)"
            }
        }
        lines += policy.networks.sorted { $0.key < $1.key }.map { "iifname \(quoted($0.key)) \(verdict([$0.value]))" }
        return .chain("access", lines + ["accept"])
    }

    /// The chains of the combinations, then those of the lists that any of them has.
    var chains: [RulesetPart] {
        profiles.map { lists in .chain(profile(lists), lists.map { "jump list_\(names[$0])" } + ["accept"]) }
            + Set(profiles.joined()).sorted().map { .chain("list_\(names[$0])", Self.lines(policy.lists[$0].rules)) }
    }

    // MARK: Rules

    /// The rules of a list. Among neighbours that all allow, or all deny, the order makes no difference, so those for the
    /// same service become one line with a set of all their destinations.
    private static func lines(_ rules: [ResolvedAccessRule]) -> [String] {
        var lines: [String] = []
        var rest = rules.filter { $0.destinations?.isEmpty != true }[...]
        while let first = rest.first {
            let run = rest.prefix { $0.action == first.action }
            rest = rest[run.endIndex...]
            lines += Self.lines(ofRun: run)
        }
        return lines
    }

    private static func lines(ofRun run: ArraySlice<ResolvedAccessRule>) -> [String] {
        var services: [AccessService] = []
        var destinations: [AccessService: [IPPrefix]] = [:]
        var everywhere: Set<AccessService> = []
        for rule in run {
            if destinations[rule.service] == nil { services.append(rule.service) }
            destinations[rule.service, default: []] += rule.destinations ?? []
            if rule.destinations == nil { everywhere.insert(rule.service) }
        }
        let verdict = run.first?.action == .allow ? "accept" : "drop"
        return services.flatMap { service in
            let matches =
                everywhere.contains(service) ? [""] : RulesetFamily.matches("daddr", destinations[service] ?? [])
            return matches.flatMap { match in
                service.rulesetTexts.map { service in
                    [match, service, verdict].filter { !$0.isEmpty }.joined(separator: " ")
                }
            }
        }
    }
}

extension AccessPolicy {
    /// Those of the lists that are there.
    func known(_ lists: [Int]) -> [Int] { lists.filter(self.lists.indices.contains) }
}

extension AccessService {
    /// The matches of a packet's protocol and destination port as nft(8) takes them, of which one must fit; an empty one
    /// fits all of them. Ranges of ports are matches of their own: see ``RulesetFamily/blocksByLength(_:)``.
    var rulesetTexts: [String] {
        switch transport {
        case .any: return [""]
        case .icmp: return ["meta l4proto { icmp, ipv6-icmp }"]
        case .tcp, .udp:
            if ports.isEmpty { return ["meta l4proto \(transport.rawValue)"] }
            let match = "\(transport.rawValue) dport"
            let singles = ports.filter { $0.count == 1 }.map { "\($0.lowerBound)" }
            let ranges = ports.filter { $0.count > 1 }.map { "\(match) \($0.lowerBound)-\($0.upperBound)" }
            return switch singles.count {
            case 0: ranges
            case 1: ["\(match) \(singles[0])"] + ranges
            default: ["\(match) { \(singles.joined(separator: ", ")) }"] + ranges
            }
        }
    }
}

extension AccessRuleOwner {
    /// A name for a chain. A tag is what people typed, so it is there as its digest.
    fileprivate var chainName: String {
        switch self {
        case .network(let id): "network_\(id)"
        case .peer(let id): "peer_\(id)"
        case .tag(let tag): "tag_\(AccessChains.digest(tag))"
        }
    }
}
