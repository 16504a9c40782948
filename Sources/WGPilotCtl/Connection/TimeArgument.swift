import ArgumentParser
import Glibc

/// A moment as an argument: `30m`, `2h` or `7d` for so long ago, `2026-07-30` or `2026-07-30T14:05:09` by this machine's
/// time zone, with a `Z` at the end by UTC, or seconds since 1970-01-01 UTC.
struct TimeArgument: ExpressibleByArgument, Equatable {
    private enum Kind: Equatable {
        case ago(Int64)
        case at(Int64)
    }

    private let kind: Kind

    init?(argument: String) {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86400]
        if let unit = argument.last.flatMap({ units[$0] }), let number = Self.number(argument.dropLast(), 1...9) {
            kind = .ago(number * unit)
        } else if let number = Self.number(argument[...], 1...12) {
            kind = .at(number)
        } else if let moment = Self.moment(argument) {
            kind = .at(moment)
        } else {
            return nil
        }
    }

    /// Seconds since 1970-01-01 UTC.
    func seconds(now: Int64) -> Int64 {
        switch kind {
        case .ago(let seconds): max(0, now - seconds)
        case .at(let moment): moment
        }
    }

    private static func number(_ digits: Substring, _ length: ClosedRange<Int>) -> Int64? {
        guard length.contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return Int64(digits)
    }

    /// Reads RFC 3339 without fractions and offsets; the time, or its seconds, may be missing.
    private static func moment(_ text: String) -> Int64? {
        var text = text[...]
        let isUTC = text.last == "Z" || text.last == "z"
        if isUTC { text = text.dropLast() }
        let halves = text.split(whereSeparator: { $0 == "T" || $0 == "t" || $0 == " " })
        guard (1...2).contains(halves.count) else { return nil }
        let date = halves[0].split(separator: "-", omittingEmptySubsequences: false)
        let time = halves.count == 2 ? halves[1].split(separator: ":", omittingEmptySubsequences: false) : []
        guard date.count == 3, time.isEmpty || (2...3).contains(time.count),
            let year = number(date[0], 4...4), let month = number(date[1], 2...2), let day = number(date[2], 2...2)
        else { return nil }
        let parts = time.compactMap { number($0, 2...2) }
        guard parts.count == time.count, year >= 1970, (1...12).contains(month), (1...31).contains(day) else {
            return nil
        }
        let clock = parts + Array(repeating: 0, count: 3 - parts.count)
        guard clock[0] < 24, clock[1] < 60, clock[2] <= 60 else { return nil }
        var fields = unsafe tm()
        unsafe fields.tm_year = Int32(year - 1900)
        unsafe fields.tm_mon = Int32(month - 1)
        unsafe fields.tm_mday = Int32(day)
        unsafe fields.tm_hour = Int32(clock[0])
        unsafe fields.tm_min = Int32(clock[1])
        unsafe fields.tm_sec = Int32(clock[2])
        // Whether summer time holds then is for the C library to find out.
        unsafe fields.tm_isdst = -1
        let seconds = isUTC ? unsafe timegm(&fields) : unsafe mktime(&fields)
        // A day that its month does not have comes back as another one.
        guard unsafe fields.tm_mday == Int32(day), seconds >= 0 else { return nil }
        return Int64(seconds)
    }
}
