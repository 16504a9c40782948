/// A path as it may stand in a log: without what looks like a secret, which somebody has pasted where a number belongs.
enum LoggedPath {
    /// What secrets of tokens, sessions and links begin with.
    private static let prefixes = ["wgp_", "wgs_", "wgl_"]

    static func of(_ path: String) -> String {
        // Nearly every path has nothing of it.
        guard path.utf8.contains(UInt8(ascii: "_")) || path.utf8.contains(UInt8(ascii: "%")) else { return path }
        return path.split(separator: "/", omittingEmptySubsequences: false).map { segment in
            let text = PercentCoding.decode(segment)?.lowercased() ?? ""
            return prefixes.contains { text.contains($0) } ? "-" : String(segment)
        }.joined(separator: "/")
    }
}
