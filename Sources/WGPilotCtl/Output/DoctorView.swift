import WGPilotJSON
import WGPilotProtocol

/// How the machine stands and what drifted, as `wgpilotctl doctor` prints it.
struct DoctorView: Renderable {
    let reply: DriftReply

    func write(to json: inout JSONText) {
        reply.write(to: &json)
    }

    /// Whether something keeps the hub from its work.
    var hasFault: Bool { reply.checks.contains { $0.result == "fault" } }

    func table(now: Int64) -> String {
        var checks = TextTable(["RESULT", "CHECK", "MESSAGE"])
        for check in reply.checks {
            checks.append(["\(mark(check.result)) \(check.result)", check.name, check.message])
        }
        var parts = [checks.rendered()]
        if !reply.findings.isEmpty {
            parts.append("drift:\n" + FindingListView(findings: reply.findings).table(now: now))
        }
        let repairs = reply.repairs.flatMap { repair in
            repair.steps.map { "  \(repair.place), \(HumanText.ago(repair.repairedAt, now: now)): \($0)" }
        }
        if !repairs.isEmpty { parts.append("repaired:\n" + PrintableText.lines(repairs)) }
        if !reply.foreignInterfaces.isEmpty {
            parts.append(
                "interfaces that are not ours, left alone (wgpilotctl network import adopts one):\n"
                    + PrintableText.lines(reply.foreignInterfaces.map { "  \($0)" }))
        }
        if !reply.settingsChanged.isEmpty {
            parts.append(
                "settings of the kernel that were changed:\n"
                    + PrintableText.lines(reply.settingsChanged.map { "  \($0)" }))
        }
        return parts.joined(separator: "\n")
    }

    private func mark(_ result: String) -> String {
        switch result {
        case "ok": "✓"
        case "warning": "!"
        case "fault": "✗"
        default: "?"
        }
    }
}
