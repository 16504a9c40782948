import WGPilotJSON
import WGPilotProtocol

/// Whether one reaches another, as `wgpilotctl reach` prints it.
struct ReachView: Renderable {
    let reply: ReachReply

    func write(to json: inout JSONText) {
        reply.write(to: &json)
    }

    /// Whether the hub lets every pair of addresses pass, and there is one.
    var isReachable: Bool { !reply.paths.isEmpty && reply.paths.allSatisfy(\.allowed) }

    func table(now: Int64) -> String {
        var lines = reply.paths.map { path in
            let deciders = [path.rule.map { "rule \($0)" }, path.bridge.map { "bridge \($0)" }].compactMap { $0 }
            let decider = deciders.isEmpty ? "" : " (\(deciders.joined(separator: ", ")))"
            let verdict = path.allowed ? "allowed" : "refused"
            return "\(path.source) → \(path.destination): \(verdict), \(path.reason)\(decider)"
        }
        if lines.isEmpty { lines.append("no pair of addresses of one family") }
        return PrintableText.lines(lines + reply.notes.map { "note: \($0)" })
    }
}
