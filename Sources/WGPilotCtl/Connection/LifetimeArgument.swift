import ArgumentParser

/// How long something lasts, as an argument: `12h`, `90d`, or `never` for no end.
struct LifetimeArgument: ExpressibleByArgument, Equatable {
    /// The seconds; nil for no end.
    let seconds: Int64?

    private init(seconds: Int64?) {
        self.seconds = seconds
    }

    static func days(_ count: Int64) -> LifetimeArgument { LifetimeArgument(seconds: count * 86400) }

    /// Up to a hundred years.
    init?(argument: String) {
        if argument == "never" {
            seconds = nil
            return
        }
        let units: [Character: Int64] = ["m": 60, "h": 3600, "d": 86400, "y": 365 * 86400]
        guard let unit = argument.last.flatMap({ units[$0] }) else { return nil }
        let digits = argument.dropLast()
        guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let number = Int64(digits), (1...52_560_000).contains(number)
        else { return nil }
        let seconds = number * unit
        guard seconds <= 100 * 365 * 86400 else { return nil }
        self.seconds = seconds
    }

    var defaultValueDescription: String {
        guard let seconds else { return "never" }
        return seconds % 86400 == 0 ? "\(seconds / 86400)d" : "\(seconds / 60)m"
    }

    /// When it ends, for something that begins now.
    func end(from now: Int64) -> Int64? {
        seconds.map { seconds in
            let (end, overflow) = now.addingReportingOverflow(seconds)
            return overflow ? .max : end
        }
    }
}
