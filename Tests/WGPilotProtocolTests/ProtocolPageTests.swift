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

    private static func text() throws -> String {
        let page = GoldenVector.folder.deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "docs/protocol.md")
        return try String(contentsOf: page, encoding: .utf8)
    }

    private static func rows() throws -> Set<Row> {
        let text = try text()
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

    /// The frames of the examples: what stands before two blanks in the lines of blocks that begin with a length.
    private static func examples() throws -> [Frame] {
        var frames: [Frame] = []
        for block in try text().split(separator: "```").map(String.init)
        where block.firstMatch(of: #/^\n[0-9a-f]{8} /#) != nil {
            var bytes: [UInt8] = []
            for line in block.split(separator: "\n") {
                let text = try #require(line.firstMatch(of: /^ *([0-9a-f ]+?)(?:  |$)/), "no bytes in \(line)")
                bytes += hex(String(text.1))
            }
            frames += try Frame.all(in: bytes)
        }
        return frames
    }

    @Test func `the examples are the frames that they are said to be`() throws {
        let frames = try Self.examples()
        #expect(Set(frames.map(\.type)).isSuperset(of: [.hello, .request, .message, .status, .window, .ping, .goaway]))
        for frame in frames {
            var offset = 0
            switch frame.type {
            case .hello: _ = try CBORDecoder().decode(Hello.self, from: frame.payload)
            case .request:
                let head = try CBORDecoder().decode(RequestHead.self, from: frame.payload, at: &offset)
                #expect(MethodTable.all.contains { $0.fullName == head.method })
                _ = try CBORDecoder().decode(Empty.self, from: frame.payload, at: &offset)
                #expect(offset == frame.payload.count)
            case .message where frame.payload != [0xa0]:
                _ = try CBORDecoder().decode(WatchEvent.self, from: frame.payload)
            case .message, .cancel: break
            case .status: _ = try CBORDecoder().decode(Status.self, from: frame.payload)
            case .window: #expect(try CBORDecoder().decode(UInt32.self, from: frame.payload) == 30)
            case .ping: #expect(frame.payload.count == 4)
            case .goaway:
                let goAway = try CBORDecoder().decode(GoAway.self, from: frame.payload)
                #expect(goAway == GoAway(lastStreamID: 7, message: "shutting down"))
            }
        }
    }

    @Test func `the page's stream keeps to its window`() throws {
        let frames = try Self.examples()
        let request = try #require(frames.first { $0.type == .request && $0.streamID == 3 })
        var offset = 0
        let head = try CBORDecoder().decode(RequestHead.self, from: request.payload, at: &offset)
        var credit = StreamCredit(window: try #require(head.window))
        for frame in frames where frame.streamID == 3 && frame.type == .message {
            #expect(credit.allowsMessage)
            credit.spend(frame.payload.count)
        }
        #expect(credit.available == -14)
        let window = try #require(frames.first { $0.type == .window })
        let isGranted = credit.grant(try CBORDecoder().decode(UInt32.self, from: window.payload))
        #expect(isGranted)
        #expect(credit.available == 16)
    }
}
