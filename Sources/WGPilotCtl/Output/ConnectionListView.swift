import WGPilotJSON
import WGPilotProtocol

/// Connections through the hub, as they are printed: those with most bytes first.
struct ConnectionListView: Renderable {
    let summary: ConnectionSummaryMessage
    let connections: [ConnectionMessage]
    /// Whether several peers are meant, so that each connection says whose it is.
    let namesPeers: Bool
    /// How many cells a line may have; nil where no terminal shows it.
    let columns: Int?

    init(
        summary: ConnectionSummaryMessage, connections: [ConnectionMessage], namesPeers: Bool,
        columns: Int? = Terminal.columns
    ) {
        self.summary = summary
        self.connections = connections.sorted { Self.weight($0) > Self.weight($1) }
        self.namesPeers = namesPeers
        self.columns = columns
    }

    private static func weight(_ connection: ConnectionMessage) -> UInt64 {
        let (sum, overflow) = (connection.original.bytes ?? 0).addingReportingOverflow(connection.reply.bytes ?? 0)
        return overflow ? .max : sum
    }

    // MARK: For people

    private struct Column {
        var title: String
        var isNumber = false
        /// Those with the highest number are left out first where the terminal is narrow; 0 always stays.
        var rank = 0
        var text: (ConnectionMessage) -> String
    }

    func table(now: Int64) -> String {
        var shown = columns(now: now)
        while true {
            var table = TextTable(
                shown.map(\.title), rightAligned: Set(shown.indices.filter { shown[$0].isNumber }))
            for connection in connections { table.append(shown.map { $0.text(connection) }) }
            let text = table.rendered()
            guard let columns else { return text }
            let lines = text.split(separator: "\n").map(String.init)
            if lines.allSatisfy({ DisplayWidth.of($0) <= columns }) { return text }
            let last = shown.map(\.rank).max() ?? 0
            if last == 0 {
                return lines.map { DisplayWidth.cut($0, to: columns) + "\n" }.joined()
            }
            shown.removeAll { $0.rank == last }
        }
    }

    private func columns(now: Int64) -> [Column] {
        var columns = [
            Column(title: "PROTO") { $0.transport },
            Column(title: "STATE", rank: 1) { Self.state($0) },
            Column(title: "FROM") { Self.text($0.original.source, $0.original.sourcePort) },
            Column(title: "TO") { Self.text($0.original.destination, $0.original.destinationPort) },
            Column(title: "SENT", isNumber: true) { Self.bytes($0.original.bytes) },
            Column(title: "RECEIVED", isNumber: true) { Self.bytes($0.reply.bytes) },
            Column(title: "BEGAN", rank: 2) { connection in
                connection.startedAt.map { HumanText.ago($0, now: now) } ?? "-"
            },
            Column(title: "TRANSLATED", rank: 3) { Self.translation($0) },
        ]
        if namesPeers {
            columns.insert(
                Column(title: "PEER") { connection in
                    [connection.initiatorPeer, connection.responderPeer].compactMap(\.self).joined(separator: " → ")
                }, at: 0)
        }
        return columns
    }

    private static func state(_ connection: ConnectionMessage) -> String {
        connection.state ?? (connection.assured ? "assured" : connection.replied ? "replied" : "unreplied")
    }

    private static func bytes(_ count: UInt64?) -> String { count.map { HumanText.bytes($0) } ?? "-" }

    private static func text(_ address: String, _ port: UInt16?) -> String {
        guard let port else { return address }
        return address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
    }

    /// What the other end sees of it, or where it went, where the hub translates addresses.
    private static func translation(_ connection: ConnectionMessage) -> String {
        let (original, reply) = (connection.original, connection.reply)
        var parts: [String] = []
        if reply.destination != original.source || reply.destinationPort != original.sourcePort {
            parts.append("from \(text(reply.destination, reply.destinationPort))")
        }
        if reply.source != original.destination || reply.sourcePort != original.destinationPort {
            parts.append("to \(text(reply.source, reply.sourcePort))")
        }
        return parts.isEmpty ? "-" : parts.joined(separator: " ")
    }

    // MARK: For programs

    func write(to json: inout JSONText) {
        json.object { json in
            json.field("summary", summary)
            json.field("connections", connections)
        }
    }
}
