import WGPilotJSON
import WGPilotProtocol

/// What drifted and waits for a decision, as it is listed.
struct FindingListView: Renderable {
    let findings: [FindingMessage]

    func write(to json: inout JSONText) {
        json.array(findings)
    }

    func table(now: Int64) -> String {
        var table = TextTable(["NETWORK", "ITEM", "FOUND", "STATE", "ADOPTABLE", "TO RESTORE IT"])
        for finding in findings {
            table.append([
                finding.network, finding.item, HumanText.ago(finding.foundAt, now: now),
                finding.isIgnored ? "ignored" : "waits", finding.canAdopt ? "yes" : "no", finding.message,
            ])
        }
        return table.rendered()
    }
}

/// What a decision changed, as it is printed.
struct ResolvedDriftView: Renderable {
    let steps: [String]
    var done: String?

    func write(to json: inout JSONText) {
        json.object { json in
            json.field("steps", steps)
            if let done { json.field("done", done) }
        }
    }

    func table(now: Int64) -> String {
        let lines = (done.map { [$0] } ?? []) + steps
        return lines.isEmpty ? "nothing had to be changed\n" : PrintableText.lines(lines)
    }
}
