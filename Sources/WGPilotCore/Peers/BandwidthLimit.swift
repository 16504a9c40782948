/// Limits of bandwidth in kbit/s: 1000 bits a second of the packets inside the tunnel, their IP headers among them.
public enum BandwidthLimit {
    /// What stands for no limit.
    public static let unlimited: Int64 = 0

    /// What can be asked for. Below 8 kbit/s one packet of an ordinary MTU takes longer than a second and a half, so that
    /// no conversation gets through; beyond 100 Gbit/s no interface carries what would be limited.
    public static let range: ClosedRange<Int64> = 8...100_000_000

    /// What is wrong with a limit; nil where nothing is.
    static func fault(_ kbps: Int64) -> InvalidValue? {
        if kbps == unlimited || range.contains(kbps) { return nil }
        return InvalidValue(
            "a limit is \(range.lowerBound) to \(range.upperBound) kbit/s (100 Gbit/s), or 0 for no limit; this is \(kbps)"
        )
    }

    /// A limit as people write it, in the largest unit that leaves no fraction: `10 Mbit/s`, `1500 kbit/s`.
    public static func text(_ kbps: Int64) -> String {
        if kbps == unlimited { return "unlimited" }
        if kbps.isMultiple(of: 1_000_000) { return "\(kbps / 1_000_000) Gbit/s" }
        if kbps.isMultiple(of: 1000) { return "\(kbps / 1000) Mbit/s" }
        return "\(kbps) kbit/s"
    }
}
