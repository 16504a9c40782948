import WGPilotJSON
import WGPilotProtocol

/// A peer's sessions as they are printed, the latest first.
struct PeerSessionListView: Renderable {
    let sessions: [PeerSessionMessage]

    private static func seconds(_ session: PeerSessionMessage) -> Int64 {
        let (seconds, overflow) = (session.endedAt ?? session.lastSeenAt)
            .subtractingReportingOverflow(session.startedAt)
        return overflow ? 0 : max(0, seconds)
    }

    func write(to json: inout JSONText) {
        json.array(sessions) { json, session in
            json.object { json in
                json.field("started_at", session.startedAt)
                json.field("ended_at", session.endedAt)
                json.field("last_seen_at", session.lastSeenAt)
                json.field("seconds", Self.seconds(session))
                json.field("received", session.received)
                json.field("sent", session.sent)
                json.field("endpoints") { json in
                    json.array(session.endpoints) { json, each in
                        json.object { json in
                            json.field("at", each.at)
                            json.field("endpoint", each.endpoint)
                        }
                    }
                }
            }
        }
    }

    /// As a spreadsheet reads it: times by UTC.
    var csv: String {
        CSVFile.text(
            [["started", "ended", "last_seen", "seconds", "received", "sent", "endpoints"]]
                + sessions.map { session in
                    [
                        HumanText.utc(session.startedAt), session.endedAt.map(HumanText.utc) ?? "",
                        HumanText.utc(session.lastSeenAt), "\(Self.seconds(session))", "\(session.received)",
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
                HumanText.duration(Self.seconds(session)), HumanText.bytes(session.received),
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
