import ArgumentParser

/// A span of time as an argument: `90`, `30s`, `5m` or `2h`, from one second to a day.
struct DurationArgument: ExpressibleByArgument, Equatable {
    let seconds: Int64

    init?(argument: String) {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600]
        let unit = argument.last.flatMap { units[$0] }
        let digits = unit == nil ? argument[...] : argument.dropLast()
        guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let number = Int64(digits)
        else { return nil }
        let (seconds, overflow) = number.multipliedReportingOverflow(by: unit ?? 1)
        guard !overflow, (1...86400).contains(seconds) else { return nil }
        self.seconds = seconds
    }
}
