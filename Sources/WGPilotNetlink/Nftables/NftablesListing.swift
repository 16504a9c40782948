import WGPilotCore

/// Reads what nft(8) lists.
enum NftablesListing {
    /// The families whose forward hook sees what is routed.
    private static let families = ["ip", "ip6", "inet"]

    /// The base chains of others on the forward hook whose policy is to drop, from the listing of all chains: `table ip
    /// filter, chain FORWARD`.
    static func forwardDrops(_ chains: String) -> [String] {
        var drops: [String] = []
        var table: [Substring] = []
        var chain: Substring = ""
        for line in chains.split(separator: "\n") {
            let words = line.split { $0 == " " || $0 == "\t" }
            if words.count == 4, words[0] == "table", words[3] == "{" {
                table = [words[1], words[2]]
            } else if words.count == 3, words[0] == "chain", words[2] == "{" {
                chain = words[1]
            } else if table.count == 2, families.contains(String(table[0])),
                table.joined(separator: " ") != FirewallRuleset.table,
                words.starts(with: ["type", "filter", "hook", "forward"]), line.hasSuffix("policy drop;")
            {
                drops.append(printable("table \(table[0]) \(table[1]), chain \(chain)"))
            }
        }
        return drops
    }

    /// The text without what could forge a line of a log or clear a terminal; names in the kernel are of any bytes.
    static func printable(_ text: some StringProtocol) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { (0x20..<0x7F).contains($0.value) ? $0 : "?" }))
    }
}
