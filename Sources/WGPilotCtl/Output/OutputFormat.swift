import ArgumentParser
import Glibc
import WGPilotJSON

/// How a command prints what it found.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
    /// For people.
    case table
    /// For programs, in the documented shape.
    case json
}

/// What every command can print: one text for people, one value for programs.
protocol Renderable: JSONWritable {
    /// The text for people, ended by a line break.
    func table(now: Int64) -> String

    /// The same with lines of at most so many cells, where it can be had so; nil for lines of any length.
    func table(now: Int64, columns: Int?) -> String
}

extension Renderable {
    func table(now: Int64, columns: Int?) -> String { table(now: now) }
}

/// A list, which fits the terminal that shows it.
protocol FittingRenderable: Renderable {
    /// The list with all of its rows.
    func rows(now: Int64) -> TextTable
}

extension FittingRenderable {
    func table(now: Int64) -> String { rows(now: now).rendered() }
    func table(now: Int64, columns: Int?) -> String { rows(now: now).rendered(columns: columns) }
}

extension OutputFormat {
    /// Prints to standard output.
    func render(_ value: some Renderable) {
        switch self {
        case .table:
            Terminal.print(value.table(now: Self.now, columns: Terminal.columns))
        case .json:
            var json = JSONText()
            value.write(to: &json)
            Terminal.print(json.text)
        }
    }

    /// Seconds since 1970-01-01 UTC.
    static var now: Int64 {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec)
    }
}
