import ArgumentParser
import FoundationEssentials

/// How a command prints what it found.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
    /// For people.
    case table
    /// For programs, in the documented shape.
    case json
}

/// What every command can print: one text for people, one value for programs.
protocol Renderable {
    associatedtype JSON: Encodable
    /// The text for people, ended by a line break.
    func table(now: Int64) -> String
    /// The value for programs.
    var json: JSON { get }
}

extension OutputFormat {
    /// Prints to standard output.
    func render(_ value: some Renderable) throws {
        switch self {
        case .table:
            Terminal.print(value.table(now: Int64(Date().timeIntervalSince1970)))
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            Terminal.print(String(decoding: try encoder.encode(value.json), as: UTF8.self) + "\n")
        }
    }
}
