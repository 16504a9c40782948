import ArgumentParser

/// A limit of bandwidth as an argument: kbit/s as a number alone, or with a unit of a thousand: `800k`, `10M`, `2.5G`; a unit
/// may be followed by `bit`, `bit/s` or `bps`. `none` and `0` are no limit.
struct BandwidthArgument: ExpressibleByArgument, Equatable {
    /// In kbit/s; 0 is no limit. Whether the kernel can do it is for the daemon to say.
    let kbps: Int64

    init?(argument: String) {
        if argument == "none" {
            kbps = 0
            return
        }
        let form = /(-?[0-9]{1,12})(?:\.([0-9]{1,6}))?(?:([kKmMgG])(?:bit(?:\/s)?|bps)?)?/
        guard let match = argument.wholeMatch(of: form), let whole = Int64(match.1) else { return nil }
        let fraction = match.2.map(String.init) ?? ""
        let unit: Int64
        switch match.3?.lowercased() {
        case nil, "k": unit = 1
        case "m": unit = 1000
        default: unit = 1_000_000
        }
        // A fraction must come out as whole kbit/s.
        var denominator: Int64 = 1
        for _ in fraction { denominator *= 10 }
        let (part, overflow) = (Int64(fraction) ?? 0).multipliedReportingOverflow(by: unit)
        let (most, overflows) = whole.multipliedReportingOverflow(by: unit)
        guard !overflow, !overflows, part.isMultiple(of: denominator) else { return nil }
        let rest = argument.hasPrefix("-") ? -part / denominator : part / denominator
        let (sum, tooMuch) = most.addingReportingOverflow(rest)
        guard !tooMuch else { return nil }
        kbps = sum
    }
}
