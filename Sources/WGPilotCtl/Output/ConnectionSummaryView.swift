import WGPilotProtocol

/// What connections amount to, as it is printed.
struct ConnectionSummaryView: Renderable {
    let summary: ConnectionSummaryMessage

    func table(now: Int64) -> String {
        var text = ""
        var protocols = TextTable(["PROTO", "CONNECTIONS", "SENT", "RECEIVED"], rightAligned: [1, 2, 3])
        for total in summary.protocols + [summary.all] { protocols.append(row(total)) }
        text += protocols.rendered()
        if summary.destinations.isEmpty { return text }
        var destinations = TextTable(["DESTINATION", "CONNECTIONS", "SENT", "RECEIVED"], rightAligned: [1, 2, 3])
        for total in summary.destinations { destinations.append(row(total)) }
        return text + "\n" + destinations.rendered()
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
        json.object { json in
            json.field("connections", summary.all.count)
            json.field("sent", summary.all.sent)
            json.field("received", summary.all.received)
            json.field("shown", summary.shown)
            json.field("accounting", summary.accounting)
            json.field("accounting_note", summary.accountingNote)
            json.field("protocols") { $0.array(summary.protocols) { Self.write($1, "protocol", to: &$0) } }
            json.field("destinations") { $0.array(summary.destinations) { Self.write($1, "address", to: &$0) } }
        }
    }

    private static func write(_ total: ConnectionTotalMessage, _ name: StaticString, to json: inout JSONText) {
        json.object { json in
            json.field(name, total.name)
            json.field("connections", total.count)
            json.field("sent", total.sent)
            json.field("received", total.received)
        }
    }
}
