import WGPilotProtocol

/// The hub as `wgpilotctl status` prints it.
struct StatusView: Renderable {
    let info: SystemInfo
    let networks: [NetworkMessage]

    /// The shape for programs; docs/cli.md lists it.
    struct JSON: Encodable {
        let version: String
        let backend: String
        let backend_version: String
        let role: String
        let endpoint_host: String?
        let endpoint_is_guess: Bool
        let started_at: Int64
        let peers: Int64
        let pending: [String]
        let foreign_interfaces: [String]
        let networks: [NetworkView.JSON]
    }

    var json: JSON {
        JSON(
            version: info.version, backend: info.backend, backend_version: info.backendVersion, role: info.role,
            endpoint_host: info.endpointHost, endpoint_is_guess: info.endpointIsGuess, started_at: info.startedAt,
            peers: info.peers, pending: info.pending, foreign_interfaces: info.foreignInterfaces,
            networks: networks.map { NetworkView(network: $0).json })
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
        facts.add("peers", "\(info.peers)")
        for line in info.pending { facts.add("not live yet", line) }
        facts.add("foreign interfaces", info.foreignInterfaces.joined(separator: ", "))
        return facts.rendered() + "\n" + NetworkListView(networks: networks).table(now: now)
    }
}

/// What a comparison found, as `wgpilotctl reconcile` prints it.
struct ReconcileView: Renderable {
    let reply: ReconcileReply

    /// The shape for programs; docs/cli.md lists it.
    struct JSON: Encodable {
        let steps: [String]
        let pending: [String]
    }

    var json: JSON { JSON(steps: reply.steps, pending: reply.pending) }

    func table(now: Int64) -> String {
        if reply.steps.isEmpty && reply.pending.isEmpty { return "kernel and database agree\n" }
        return (reply.steps + reply.pending.map { "not live yet: \($0)" }).joined(separator: "\n") + "\n"
    }
}
