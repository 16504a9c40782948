import WGPilotJSON
import WGPilotProtocol

/// A bridge as it is printed.
struct BridgeView: Renderable {
    let bridge: BridgeMessage

    func write(to json: inout JSONText) {
        bridge.write(to: &json)
    }

    /// `enabled` or `disabled`.
    var state: String { bridge.enabled ? "enabled" : "disabled" }

    /// What may be reached through it.
    var limit: String { bridge.allowedCIDRs.isEmpty ? "everything" : bridge.allowedCIDRs.joined(separator: ", ") }

    func table(now: Int64) -> String {
        var facts = Facts()
        facts.add("id", "\(bridge.id)")
        facts.add("network A", bridge.networkA)
        facts.add("network B", bridge.networkB)
        facts.add("state", state)
        facts.add("direction", bridge.direction)
        facts.add("may be reached", limit)
        facts.add("created", HumanText.ago(bridge.createdAt, now: now))
        facts.add("changed", HumanText.ago(bridge.updatedAt, now: now))
        return facts.rendered()
    }
}

/// All bridges as they are printed.
struct BridgeListView: FittingRenderable {
    let bridges: [BridgeMessage]

    func write(to json: inout JSONText) {
        json.array(bridges) { BridgeView(bridge: $1).write(to: &$0) }
    }

    func rows(now: Int64) -> TextTable {
        var table = TextTable(
            ["ID", "NETWORK A", "NETWORK B", "DIRECTION", "STATE", "MAY BE REACHED"], rightAligned: [0])
        for bridge in bridges {
            let view = BridgeView(bridge: bridge)
            table.append([
                "\(bridge.id)", bridge.networkA, bridge.networkB, bridge.direction, view.state, view.limit,
            ])
        }
        return table
    }
}
