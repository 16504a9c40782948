import WGPilotCore
import WGPilotJSON
import WGPilotProtocol

/// An entry of the audit log as it is printed.
struct AuditEntryView {
    let entry: AuditEntryMessage

    func write(to json: inout JSONText) {
        entry.write(to: &json)
    }

    /// Who did it.
    var who: String { entry.actorKind == "token" ? "token \(entry.actor)" : entry.actor }

    /// The method without what all have in common.
    var method: String {
        let common = "wgpilot.v1."
        return entry.method.hasPrefix(common) ? String(entry.method.dropFirst(common.count)) : entry.method
    }

    /// The result, with how often it was the same.
    var result: String {
        let name = entry.reason.isEmpty ? entry.result : "\(entry.result) (\(entry.reason))"
        return entry.count > 1 ? "\(name) ×\(entry.count)" : name
    }

    /// What became of what, in a few words.
    var summary: String {
        guard let first = entry.changes.first else { return "" }
        let others = Int64(entry.changes.count - 1) + max(0, entry.omittedChanges)
        let rest = others > 0 ? "; \(others) more" : ""
        guard first.action == "changed" else { return "\(first.action) \(first.kind) \(first.name)\(rest)" }
        let fields = first.fields.prefix(3).map { field in
            "\(field.field) \(field.before ?? "none") -> \(field.after ?? "none")"
        }
        let more = first.fields.count > fields.count ? ", …" : ""
        let text = "\(first.kind) \(first.name): \(fields.joined(separator: ", "))\(more)"
        return (text.count > 100 ? String(text.prefix(99)) + "…" : text) + rest
    }
}

/// Entries of the audit log as they are printed.
struct AuditListView: FittingRenderable {
    let entries: [AuditEntryMessage]

    func write(to json: inout JSONText) {
        json.array(entries) { AuditEntryView(entry: $1).write(to: &$0) }
    }

    func rows(now: Int64) -> TextTable {
        var table = TextTable(
            ["NUMBER", "TIME", "WHO", "FROM", "METHOD", "TARGET", "RESULT", "CHANGE"], rightAligned: [0],
            leftOutFirst: ["FROM", "NUMBER"])
        for entry in entries {
            let view = AuditEntryView(entry: entry)
            table.append([
                "\(entry.sequence)", HumanText.clock(entry.time, now: now), view.who, entry.origin, view.method,
                entry.target, view.result, view.summary,
            ])
        }
        return table
    }
}
