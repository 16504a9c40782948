import WGPilotCore

/// The commands that put rules in the place of what our table has, in one transaction.
///
/// A base chain stays where it can, and only its rules are exchanged. The kernel asks the base chains of a hook one after
/// the other, and each by the generation of rules that holds at that moment: between a new chain, asked before the
/// switch, and the old one, asked after it, a packet would meet no rule at all.
enum NftablesReplacement {
    /// Takes the table away, and makes it anew where there are rules. Packets may slip by; needs nothing to be there.
    static func whole(_ rules: String?) -> String {
        // Made before it is deleted, so that the deletion never fails for want of a table.
        let deletion = "table \(FirewallRuleset.table)\ndelete table \(FirewallRuleset.table)\n"
        guard let rules, let wanted = Parts(rules) else { return deletion + (rules ?? "") }
        return deletion + "table \(FirewallRuleset.table)\n" + wanted.baseChainCommands + rules
    }

    /// Exchanges all but the base chains.
    ///
    /// - Parameter listing: What the table has, as nft(8) lists it; its elements do not matter.
    /// - Returns: nil where it has what is not of our making, and is better made anew.
    static func inPlace(_ rules: String, of listing: String) -> String? {
        guard let wanted = Parts(rules), let present = Parts(listing) else { return nil }
        let kept = present.baseChains.filter { chain in wanted.baseChains.contains { $0.name == chain.name } }
        // In the same order, so that the table looks the same whichever way it was made.
        guard wanted.baseChains.starts(with: kept, by: ==) else { return nil }
        let gone = present.chains.filter { name in !kept.contains { $0.name == name } }
        // Maps lead to chains, so they go first.
        let deletions =
            present.maps.map { "delete map \(FirewallRuleset.table) \($0)\n" }
            + present.sets.map { "delete set \(FirewallRuleset.table) \($0)\n" }
            + gone.map { "delete chain \(FirewallRuleset.table) \($0)\n" }
        return "flush table \(FirewallRuleset.table)\n" + deletions.joined() + wanted.baseChainCommands + rules
    }

    /// What a table is made of.
    private struct Parts {
        var sets: [Substring] = []
        var maps: [Substring] = []
        /// All chains, the base chains among them.
        var chains: [Substring] = []
        /// Those that the kernel asks, each with what makes it one: `type filter hook input priority filter; …`.
        var baseChains: [(name: Substring, definition: String)] = []

        /// Reads our table as nft(8) lists it and as ``FirewallRuleset`` renders it; nil for anything else.
        init?(_ text: String) {
            for line in text.split(separator: "\n") {
                // A tab or four blanks for each brace that is open.
                let margin = line.prefix { $0 == "\t" || $0 == " " }
                let depth = margin.first == "\t" ? margin.count : margin.count / 4
                let words = line.split { $0 == " " || $0 == "\t" }
                if depth == 0 {
                    guard line == "table \(FirewallRuleset.table) {" || line == "}" else { return nil }
                } else if depth == 1, words != ["}"] {
                    guard words.count == 3, words[2] == "{", Self.isPlain(words[1]) else { return nil }
                    switch words[0] {
                    case "set": sets.append(words[1])
                    case "map": maps.append(words[1])
                    case "chain": chains.append(words[1])
                    default: return nil
                    }
                } else if depth == 2, words.starts(with: ["type"]), words.contains("hook"), let name = chains.last {
                    baseChains.append((name, words.joined(separator: " ")))
                }
            }
        }

        /// Whether a name means nothing else in a command. The kernel takes any.
        private static func isPlain(_ name: Substring) -> Bool {
            name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."),
                    UInt8(ascii: "/"):
                    true
                default: false
                }
            }
        }

        /// Makes the base chains before all others.
        var baseChainCommands: String {
            baseChains.map { "add chain \(FirewallRuleset.table) \($0.name) { \($0.definition) }\n" }.joined()
        }
    }
}
