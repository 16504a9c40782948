import ArgumentParser
import FoundationEssentials

/// When a peer ends, as an argument: `30d`, `12h`, `90m` or `45s` from now on; `2027-07-30` for the end of that day in
/// UTC; `2027-07-30T14:05:09Z` or with another offset (RFC 3339); `never`.
struct ExpiryArgument: ExpressibleByArgument, Equatable {
    private enum Kind: Equatable {
        case never
        case after(Int64)
        case at(Int64)
    }

    private let kind: Kind

    init?(argument: String) {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86400, "y": 365 * 86400]
        if argument == "never" {
            kind = .never
        } else if let unit = argument.last.flatMap({ units[$0] }), let number = Self.number(argument.dropLast()) {
            kind = .after(number * unit)
        } else if let moment = Self.moment(argument) {
            kind = .at(moment)
        } else {
            return nil
        }
    }

    /// Seconds since 1970-01-01 UTC; nil for never.
    func seconds(now: Int64) -> Int64? {
        switch kind {
        case .never: nil
        case .after(let seconds): now.addingReportingOverflow(seconds).overflow ? .max : now + seconds
        case .at(let moment): moment
        }
    }

    private static func number(_ digits: Substring) -> Int64? {
        guard (1...9).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return Int64(digits)
    }

    /// Reads RFC 3339 without fractions, or a day alone for its last second.
    private static func moment(_ text: String) -> Int64? {
        let day = text.prefix(10)
        let rest = text.dropFirst(10)
        // The reader below takes a 25th hour and a 30th of February for what comes after.
        let clock = rest.dropFirst().prefix(8).split(separator: ":", omittingEmptySubsequences: false)
        let isClock = zip(clock, [24, 60, 60]).allSatisfy { text, end in
            text.utf8.count == 2 && (number(text) ?? .max) < end
        }
        guard rest.isEmpty || (clock.count == 3 && isClock), let midnight = seconds("\(day)T00:00:00Z"),
            Date(timeIntervalSince1970: TimeInterval(midnight)).formatted(.iso8601).hasPrefix(day)
        else { return nil }
        return seconds(rest.isEmpty ? "\(day)T23:59:59Z" : text)
    }

    private static func seconds(_ text: String) -> Int64? {
        guard let date = try? Date(text, strategy: .iso8601),
            (0..<253_402_300_800).contains(date.timeIntervalSince1970)
        else { return nil }
        return Int64(date.timeIntervalSince1970)
    }
}
