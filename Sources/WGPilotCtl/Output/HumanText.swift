import Glibc

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

    /// How long something took: "12 s", "3 min 5 s", "2 h 5 min", "3 d 4 h".
    static func duration(_ seconds: Int64) -> String {
        let seconds = max(0, seconds)
        return switch seconds {
        case ..<60: "\(seconds) s"
        case ..<3600: "\(seconds / 60) min \(seconds % 60) s"
        case ..<86400: "\(seconds / 3600) h \(seconds % 3600 / 60) min"
        default: "\(seconds / 86400) d \(seconds % 86400 / 3600) h"
        }
    }

    /// A moment by UTC, as RFC 3339 has it: "2026-07-30T14:05:09Z"; as a number of seconds where no year can be told.
    static func utc(_ moment: Int64) -> String {
        guard var seconds = time_t(exactly: moment) else { return "\(moment)" }
        var parts = unsafe tm()
        guard unsafe gmtime_r(&seconds, &parts) != nil else { return "\(moment)" }
        let year = unsafe String(Int(parts.tm_year) + 1900)
        let date = unsafe [year, twoDigits(parts.tm_mon + 1), twoDigits(parts.tm_mday)].joined(separator: "-")
        let time = unsafe [parts.tm_hour, parts.tm_min, parts.tm_sec].map(twoDigits).joined(separator: ":")
        return "\(date)T\(time)Z"
    }

    /// A moment by the clock of this machine's time zone: "14:03:05", and with its date where that is not today's.
    static func clock(_ moment: Int64, now: Int64) -> String {
        // The C library refuses years that it cannot count.
        guard let then = local(moment) else { return "\(moment) s after 1970-01-01" }
        return then.date == local(now)?.date ? then.time : "\(then.date) \(then.time)"
    }

    private static func local(_ moment: Int64) -> (date: String, time: String)? {
        guard var seconds = time_t(exactly: moment) else { return nil }
        var parts = unsafe tm()
        guard unsafe localtime_r(&seconds, &parts) != nil else { return nil }
        let date = unsafe [twoDigits(parts.tm_mon + 1), twoDigits(parts.tm_mday)].joined(separator: "-")
        let time = unsafe [parts.tm_hour, parts.tm_min, parts.tm_sec].map(twoDigits).joined(separator: ":")
        return unsafe ("\(Int(parts.tm_year) + 1900)-\(date)", time)
    }

    private static func twoDigits(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
