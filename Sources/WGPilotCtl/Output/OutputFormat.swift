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
}

extension OutputFormat {
    /// Prints to standard output.
    func render(_ value: some Renderable) {
        switch self {
        case .table:
            Terminal.print(value.table(now: Self.now))
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
