import WGPilotJSON
import WGPilotProtocol

/// What was cleared away of a history, as it is printed.
struct PurgeView: Renderable {
    let reply: PurgeHistoryReply

    func table(now: Int64) -> String {
        let verb = reply.dryRun ? "would clear away" : "cleared away"
        return "\(verb) \(reply.samples) samples, \(reply.hourlyDays) days by the hour, "
            + "\(reply.dailyGroups) groups of days, \(reply.sessions) sessions\n"
    }

    func write(to json: inout JSONText) {
        reply.write(to: &json)
    }
}
