import Foundation
import Testing
import WGPilotProtocol

/// docs/protocol.md and the table of methods are about the same methods.
@Suite struct ProtocolPageTests {
    private struct Row: Hashable {
        var method: String
        var role: String
        var isIdempotent: Bool
    }

    private static func rows() throws -> Set<Row> {
        let page = GoldenVector.folder.deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "docs/protocol.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        var service = ""
        var rows: Set<Row> = []
        for line in text.split(separator: "\n") {
            if line.hasPrefix("#") { service = String(line.drop { $0 == "#" || $0 == " " }) }
            let cells = line.split(separator: "|").map { $0.filter { !" `".contains($0) } }
            guard service.hasPrefix("wgpilot."), line.hasPrefix("| `"), cells.count >= 5 else { continue }
            rows.insert(Row(method: "\(service)/\(cells[0])", role: cells[3], isIdempotent: cells[4] == "yes"))
        }
        return rows
    }

    @Test func `the page lists every method with its role and whether it may be repeated`() throws {
        let table = MethodTable.all.map { method in
            Row(method: method.fullName, role: method.requiredRole.rawValue, isIdempotent: method.isIdempotent)
        }
        let rows = try Self.rows()
        #expect(rows.subtracting(table) == [], "on the page, and not so in the table")
        #expect(Set(table).subtracting(rows) == [], "in the table, and not so on the page")
    }
}
