import WGPilotJSON
import WGPilotProtocol

/// Sessions of web users as they are printed.
struct SessionListView: FittingRenderable {
    let sessions: [SessionMessage]

    func write(to json: inout JSONText) {
        json.array(sessions)
    }

    func rows(now: Int64) -> TextTable {
        var table = TextTable(
            ["ID", "USER", "FROM", "BEGAN", "LAST USED", "GOOD UNTIL", "CLIENT"], rightAligned: [0],
            leftOutFirst: ["CLIENT", "BEGAN"])
        for session in sessions {
            table.append([
                "\(session.id)", session.user, session.clientAddress, HumanText.ago(session.createdAt, now: now),
                HumanText.ago(session.lastUsedAt, now: now),
                HumanText.clock(min(session.expiresAt, session.idleExpiresAt), now: now), session.userAgent,
            ])
        }
        return table
    }
}
