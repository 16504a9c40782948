import WGPilotJSON
import WGPilotProtocol

/// A peer's sessions as they are printed, the latest first.
struct PeerSessionListView: Renderable {
    let sessions: [PeerSessionMessage]

    func write(to json: inout JSONText) {
        json.array(sessions)
    }

    /// As a spreadsheet reads it: times by UTC.
    var csv: String {
        CSVFile.text(
            [["started", "ended", "last_seen", "seconds", "received", "sent", "endpoints"]]
                + sessions.map { session in
                    [
                        HumanText.utc(session.startedAt), session.endedAt.map(HumanText.utc) ?? "",
                        HumanText.utc(session.lastSeenAt), "\(session.seconds)", "\(session.received)",
                        "\(session.sent)", session.endpoints.map(\.endpoint).joined(separator: " "),
                    ]
                })
    }

    func table(now: Int64) -> String {
        var table = TextTable(
            ["STARTED", "ENDED", "DURATION", "RECEIVED", "SENT", "ENDPOINTS"], rightAligned: [2, 3, 4])
        for session in sessions {
            table.append([
                HumanText.clock(session.startedAt, now: now),
                session.endedAt.map { HumanText.clock($0, now: now) } ?? "goes on",
                HumanText.duration(session.seconds), HumanText.bytes(session.received),
                HumanText.bytes(session.sent), Self.endpoints(session),
            ])
        }
        return table.rendered()
    }

    /// The first and the last, and how many there were in between.
    private static func endpoints(_ session: PeerSessionMessage) -> String {
        guard let first = session.endpoints.first, let last = session.endpoints.last else { return "-" }
        return switch session.endpoints.count {
        case 1: first.endpoint
        case 2: "\(first.endpoint) → \(last.endpoint)"
        case let count: "\(first.endpoint) → (\(count - 2) more) → \(last.endpoint)"
        }
    }
}
