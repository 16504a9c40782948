import WGPilotProtocol

/// An access rule as it is printed.
struct RuleView: Renderable {
    let rule: RuleMessage

    func write(to json: inout JSONText) {
        json.object { json in
            json.field("id", rule.id)
            json.field("network", rule.network)
            json.field("tag", rule.tag)
            json.field("peer", rule.peer)
            json.field("position", rule.position)
            json.field("action", rule.action)
            json.field("destination", rule.destination)
            json.field("protocol", rule.transport)
            json.field("ports", rule.ports)
            json.field("comment", rule.comment)
            json.field("enabled", rule.enabled)
            json.field("created_at", rule.createdAt)
            json.field("updated_at", rule.updatedAt)
        }
    }

    /// Whom it is about: `network office`, `tag phones` or `peer office/laptop`.
    var owner: String {
        let owners = [("network", rule.network), ("tag", rule.tag), ("peer", rule.peer)]
        return owners.compactMap { kind, name in name.map { "\(kind) \($0)" } }.joined(separator: ", ")
    }

    /// `enabled` or `disabled`.
    var state: String { rule.enabled ? "enabled" : "disabled" }

    /// The ports that it names.
    var ports: String { rule.ports.isEmpty ? "any" : rule.ports.joined(separator: ",") }

    func table(now: Int64) -> String {
        var facts = Facts()
        facts.add("id", "\(rule.id)")
        facts.add("from", owner)
        facts.add("position", "\(rule.position)")
        facts.add("state", state)
        facts.add("action", rule.action)
        facts.add("to", rule.destination)
        facts.add("protocol", rule.transport)
        facts.add("ports", ports)
        facts.add("comment", rule.comment)
        facts.add("created", HumanText.ago(rule.createdAt, now: now))
        facts.add("changed", HumanText.ago(rule.updatedAt, now: now))
        return facts.rendered()
    }
}

/// Access rules as they are listed.
struct RuleListView: Renderable {
    let rules: [RuleMessage]

    func write(to json: inout JSONText) {
        json.array(rules) { RuleView(rule: $1).write(to: &$0) }
    }

    func table(now: Int64) -> String {
        var table = TextTable(
            ["ID", "FROM", "POSITION", "ACTION", "TO", "PROTOCOL", "PORTS", "STATE", "COMMENT"], rightAligned: [0, 2])
        for rule in rules {
            let view = RuleView(rule: rule)
            table.append([
                "\(rule.id)", view.owner, "\(rule.position)", rule.action, rule.destination, rule.transport,
                view.ports, view.state, rule.comment.isEmpty ? "-" : rule.comment,
            ])
        }
        return table.rendered()
    }
}
