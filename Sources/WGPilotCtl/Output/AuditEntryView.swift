import WGPilotCore
import WGPilotProtocol

/// An entry of the audit log as it is printed.
struct AuditEntryView {
    let entry: AuditEntryMessage

    func write(to json: inout JSONText) {
        json.object { json in
            json.field("sequence", entry.sequence)
            json.field("time", entry.time)
            json.field("actor_kind", entry.actorKind)
            json.field("actor", entry.actor)
            json.field("uid", entry.uid)
            json.field("token_id", entry.tokenID)
            json.field("origin", entry.origin)
            json.field("method", entry.method)
            json.field("target", entry.target)
            json.field("result", entry.result)
            json.field("reason", entry.reason)
            json.field("request_id", entry.requestID)
            json.field("count", entry.count)
            json.field("changes") { json in
                json.array(entry.changes) { json, change in
                    json.object { json in
                        json.field("action", change.action)
                        json.field("kind", change.kind)
                        json.field("name", change.name)
                        json.field("fields") { json in
                            json.array(change.fields) { json, field in
                                json.object { json in
                                    json.field("field", field.field)
                                    json.field("before", field.before)
                                    json.field("after", field.after)
                                }
                            }
                        }
                    }
                }
            }
            json.field("omitted_changes", entry.omittedChanges)
            json.field("previous_hash", entry.previousHash)
            json.field("hash", entry.hash)
        }
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
struct AuditListView: Renderable {
    let entries: [AuditEntryMessage]

    func write(to json: inout JSONText) {
        json.array(entries) { AuditEntryView(entry: $1).write(to: &$0) }
    }

    func table(now: Int64) -> String {
        var table = TextTable(
            ["NUMBER", "TIME", "WHO", "FROM", "METHOD", "TARGET", "RESULT", "CHANGE"], rightAligned: [0])
        for entry in entries {
            let view = AuditEntryView(entry: entry)
            table.append([
                "\(entry.sequence)", HumanText.clock(entry.time, now: now), view.who, entry.origin, view.method,
                entry.target, view.result, view.summary,
            ])
        }
        return table.rendered()
    }
}
