import ArgumentParser

/// How long old keys go on when new ones are prepared, as an argument: `90s`, `30m`, `12h` or `7d`, from one second to
/// seven days.
struct OverlapArgument: ExpressibleByArgument, Equatable {
    let seconds: Int64

    init?(argument: String) {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86400]
        let digits = argument.dropLast()
        guard let unit = argument.last.flatMap({ units[$0] }), (1...6).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let number = Int64(digits), (1...7 * 86400).contains(number * unit)
        else { return nil }
        seconds = number * unit
    }
}
