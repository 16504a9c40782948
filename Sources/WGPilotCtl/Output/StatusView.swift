import WGPilotJSON
import WGPilotProtocol

/// The hub as `wgpilotctl status` prints it.
struct StatusView: Renderable {
    let info: SystemInfo
    let networks: [NetworkMessage]

    func write(to json: inout JSONText) {
        json.object { json in
            info.writeFields(to: &json)
            json.field("networks") { NetworkListView(networks: networks).write(to: &$0) }
        }
    }

    func table(now: Int64) -> String {
        var facts = Facts()
        facts.add("daemon", "wgpilotd \(info.version), started \(HumanText.ago(info.startedAt, now: now))")
        facts.add("backend", "\(info.backend) (\(info.backendVersion))")
        facts.add("your role", info.role)
        facts.add(
            "endpoint host",
            info.endpointHost.map { info.endpointIsGuess ? "\($0) (a guess: set endpoint_host)" : $0 }
                ?? "none (set endpoint_host)")
        facts.add("peers", "\(info.peers)" + (info.online.map { ", \($0) online" } ?? ""))
        for line in info.pending { facts.add("not live yet", line) }
        facts.add("foreign interfaces", info.foreignInterfaces.joined(separator: ", "))
        return facts.rendered() + "\n" + NetworkListView(networks: networks).table(now: now)
    }
}

/// What a comparison found, as `wgpilotctl reconcile` prints it.
struct ReconcileView: Renderable {
    let reply: ReconcileReply

    func write(to json: inout JSONText) {
        reply.write(to: &json)
    }

    func table(now: Int64) -> String {
        if reply.steps.isEmpty && reply.pending.isEmpty { return "kernel and database agree\n" }
        return PrintableText.lines(reply.steps + reply.pending.map { "not live yet: \($0)" })
    }
}
