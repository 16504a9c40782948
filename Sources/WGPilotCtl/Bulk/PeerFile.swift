import FoundationEssentials
import WGPilotCore
import WGPilotProtocol

/// A file of peers to create: CSV with the names of fields in its first line, or JSON as `peer list` prints it.
struct PeerFile {
    /// How the peers are written.
    enum Format: String, CaseIterable {
        case csv, json
    }

    /// What to create, in the order of the file.
    let requests: [CreatePeerRequest]
    /// Where in the file each of them stands, for people: `line 7`.
    let places: [String]

    /// Reads a file.
    ///
    /// - Throws: `CommandFault` with every fault, each with its place and field.
    init(_ text: String, _ format: Format) throws(CommandFault) {
        let rows =
            switch format {
            case .csv: try Self.rows(csv: text)
            case .json: try Self.rows(json: text)
            }
        guard !rows.isEmpty else {
            throw CommandFault(status: .invalidArgument, message: "there is no peer in the file")
        }
        var faults: [String] = []
        requests = rows.map { row in
            var fields = PeerFileFields(row.fields)
            let request = fields.request()
            faults += fields.faults.map { "\(row.place), \($0)" }
            return request
        }
        places = rows.map(\.place)
        guard faults.isEmpty else {
            throw CommandFault(status: .invalidArgument, message: faults.prefix(100).joined(separator: "\n"))
        }
    }

    /// The format of a file of this name; nil where its name does not tell.
    static func format(of path: String) -> Format? {
        Format.allCases.first { path.lowercased().hasSuffix(".\($0.rawValue)") }
    }

    /// What the daemon found wrong, in terms of the file.
    func describe(_ error: RPCError) -> String {
        error.fields.map { fault in
            guard let match = fault.field.wholeMatch(of: /peers\[([0-9]+)\]\.(.*)/), let index = Int(match.1),
                places.indices.contains(index)
            else { return "\(fault.field): \(fault.message)" }
            return "\(places[index]), \(match.2): \(fault.message)"
        }.joined(separator: "\n")
    }

    private typealias Row = (place: String, fields: [String: PeerFileValue])

    private static func rows(csv text: String) throws(CommandFault) -> [Row] {
        try CSVTable(text).rows.map { row in ("line \(row.line)", row.fields.mapValues { .text($0) }) }
    }

    private static func rows(json text: String) throws(CommandFault) -> [Row] {
        do {
            let peers = try JSONDecoder().decode([[String: PeerFileValue]].self, from: Data(text.utf8))
            return peers.enumerated().map { index, fields in ("peer \(index + 1)", fields) }
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context) {
            let place = context.codingPath.first?.intValue.map { "peer \($0 + 1)" } ?? "the file"
            let field = context.codingPath.dropFirst().first.map { ", \($0.stringValue)" } ?? ""
            throw CommandFault(
                status: .invalidArgument,
                message:
                    "\(place)\(field): not an array of objects with texts, numbers, truth values and lists of texts")
        } catch {
            throw CommandFault(status: .invalidArgument, message: "the file is not JSON")
        }
    }
}
