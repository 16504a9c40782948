/// Numbers and times as people read them.
enum HumanText {
    /// Bytes in the binary units that `wg(8)` uses.
    static func bytes(_ count: UInt64) -> String {
        if count < 1024 { return "\(count) B" }
        var value = Double(count)
        var unit = 0
        let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]
        while value >= 1024, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        let hundredths = Int((value * 100).rounded())
        let fraction = hundredths % 100
        return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) \(units[unit])"
    }

    /// How long ago a moment was: "now", "12 s ago", "2 min ago", "3 h ago", "5 d ago"; "never" for none.
    static func ago(_ moment: Int64?, now: Int64) -> String {
        guard let moment else { return "never" }
        // The moment is the daemon's word: no value of it may end this program.
        let (seconds, overflow) = now.subtractingReportingOverflow(moment)
        if overflow { return moment < now ? "never" : "now" }
        return switch seconds {
        case ..<1: "now"
        case ..<60: "\(seconds) s ago"
        case ..<3600: "\(seconds / 60) min ago"
        case ..<86400: "\(seconds / 3600) h ago"
        default: "\(seconds / 86400) d ago"
        }
    }
}
