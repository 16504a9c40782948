import WGPilotJSON
import WGPilotProtocol

/// An access rule as it is printed.
struct RuleView: Renderable {
    let rule: RuleMessage

    func write(to json: inout JSONText) {
        rule.write(to: &json)
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
struct RuleListView: FittingRenderable {
    let rules: [RuleMessage]

    func write(to json: inout JSONText) {
        json.array(rules) { RuleView(rule: $1).write(to: &$0) }
    }

    func rows(now: Int64) -> TextTable {
        var table = TextTable(
            ["ID", "FROM", "POSITION", "ACTION", "TO", "PROTOCOL", "PORTS", "STATE", "COMMENT"],
            rightAligned: [0, 2],
            leftOutFirst: ["COMMENT", "POSITION"])
        for rule in rules {
            let view = RuleView(rule: rule)
            table.append([
                "\(rule.id)", view.owner, "\(rule.position)", rule.action, rule.destination, rule.transport,
                view.ports, view.state, rule.comment.isEmpty ? "-" : rule.comment,
            ])
        }
        return table
    }
}
