import FoundationEssentials
import WGPilotCore
import WGPilotProtocol

/// A file of peers to create: CSV with the names of fields in its first line, or JSON as `peer list` prints it.
struct PeerFile {
    /// How the peers are written.
    enum Format: String, CaseIterable {
        case csv, json
    }

    /// One thing that is wrong in the file.
    struct Fault: Equatable {
        /// The place among ``requests``.
        var index: Int
        /// The field, without the place in a list.
        var field: String
        /// Field and reason, for people.
        var text: String
    }

    /// What to create, in the order of the file. What could not be read of a peer is left out.
    let requests: [CreatePeerRequest]
    /// What could not be read, in the order of the file.
    let faults: [Fault]
    /// Where in the file each of them stands, for people: `line 7`.
    let places: [String]

    /// Reads a file.
    ///
    /// - Throws: `CommandFault` where it is no list of peers. What is wrong with single fields is in ``faults``.
    init(_ text: String, _ format: Format) throws(CommandFault) {
        let rows =
            switch format {
            case .csv: try Self.rows(csv: text)
            case .json: try Self.rows(json: text)
            }
        guard !rows.isEmpty else {
            throw CommandFault(status: .invalidArgument, message: "there is no peer in the file")
        }
        var faults: [Fault] = []
        requests = rows.enumerated().map { index, row in
            var fields = PeerFileFields(row.fields)
            let request = fields.request()
            faults += fields.faults.map { Fault(index: index, field: $0.field, text: "\($0.field): \($0.message)") }
            return request
        }
        self.faults = faults
        places = rows.map(\.place)
    }

    /// The format of a file of this name; nil where its name does not tell.
    static func format(of path: String) -> Format? {
        Format.allCases.first { path.lowercased().hasSuffix(".\($0.rawValue)") }
    }

    /// What is wrong with the file, and what the daemon found wrong with the rest of it, in terms of the file and in its
    /// order: no more than somebody might read.
    ///
    /// - Parameter error: The daemon's refusal; nil where it found nothing.
    func describe(_ error: RPCError?) -> String {
        var told = faults
        var others: [String] = []
        for fault in error?.fields ?? [] {
            guard let match = fault.field.wholeMatch(of: /peers\[([0-9]+)\]\.(.*)/), let index = Int(match.1),
                places.indices.contains(index)
            else {
                others.append("\(fault.field): \(fault.message)")
                continue
            }
            let field = String(match.2.prefix { $0 != "[" })
            // The daemon saw nothing of what could not be read here.
            if faults.contains(where: { $0.index == index && $0.field == field }) { continue }
            told.append(Fault(index: index, field: field, text: "\(match.2): \(fault.message)"))
        }
        let ordered = told.enumerated().sorted { ($0.element.index, $0.offset) < ($1.element.index, $1.offset) }
        let lines = ordered.map { "\(places[$0.element.index]), \($0.element.text)" } + others
        return lines.prefix(100).joined(separator: "\n")
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
