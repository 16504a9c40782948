import WGPilotJSON
import WGPilotProtocol

/// What connections amount to, as it is printed.
struct ConnectionSummaryView: Renderable {
    let summary: ConnectionSummaryMessage

    func table(now: Int64) -> String {
        var text = ""
        var protocols = TextTable(["PROTO", "CONNECTIONS", "SENT", "RECEIVED"], rightAligned: [1, 2, 3])
        for total in summary.protocols + [summary.all] { protocols.append(row(total)) }
        text += protocols.rendered()
        for (title, totals) in [("PEER", summary.peers ?? []), ("DESTINATION", summary.destinations)] {
            if totals.isEmpty { continue }
            var table = TextTable([title, "CONNECTIONS", "SENT", "RECEIVED"], rightAligned: [1, 2, 3])
            for total in totals { table.append(row(total)) }
            text += "\n" + table.rendered()
        }
        return text
    }

    private func row(_ total: ConnectionTotalMessage) -> [String] {
        // What was never counted is not nothing.
        let isCounted = summary.accounting || total.sent > 0 || total.received > 0
        return [
            total.name, "\(total.count)", isCounted ? HumanText.bytes(total.sent) : "-",
            isCounted ? HumanText.bytes(total.received) : "-",
        ]
    }

    func write(to json: inout JSONText) {
        summary.write(to: &json)
    }
}
