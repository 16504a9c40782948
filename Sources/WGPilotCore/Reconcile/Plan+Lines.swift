extension Plan {
    /// What the steps would do, for a person to read before they are taken; without secrets.
    public var lines: [String] { steps.flatMap(\.lines) }
}

extension PlanStep {
    /// What the step does, one line for each thing that it changes; without secrets.
    public var lines: [String] {
        guard case .configure(let name, let change) = self else { return [description] }
        var lines: [String] = []
        if change.privateKey != nil { lines.append("private key is set") }
        if let port = change.listenPort { lines.append("listen port \(port)") }
        lines += change.peers.flatMap(\.lines)
        return lines.map { "\(name): \($0)" }
    }
}

extension [PlanStep] {
    /// What the steps did, for a report: each thing that they changed, where these are no more than somebody reads, else how
    /// many there were.
    public var reportLines: [String] {
        flatMap { step -> [String] in
            if case .configure(_, let change) = step, change.peers.count > 50 { return [step.description] }
            return step.lines
        }
    }
}

extension PeerChange {
    fileprivate var lines: [String] {
        switch self {
        case .remove(let key):
            return ["remove peer \(key)"]
        case .add(let peer):
            var parts = ["add peer \(peer.publicKey)"]
            if !peer.allowedIPs.isEmpty { parts.append("allowed ips \(peer.allowedIPs.sorted().commaSeparated)") }
            if peer.persistentKeepalive > 0 { parts.append("keepalive \(peer.persistentKeepalive) s") }
            if peer.presharedKey != nil { parts.append("preshared key") }
            if let endpoint = peer.endpoint { parts.append("endpoint \(endpoint)") }
            return [parts.joined(separator: "; ")]
        case .update(let update):
            return update.lines.map { "peer \(update.publicKey): \($0)" }
        }
    }
}

extension PeerUpdate {
    fileprivate var lines: [String] {
        var lines: [String] = []
        switch presharedKey {
        case nil: break
        case .clear: lines.append("preshared key is removed")
        case .set: lines.append("preshared key is set")
        }
        if let persistentKeepalive {
            lines.append(persistentKeepalive > 0 ? "keepalive \(persistentKeepalive) s" : "keepalive off")
        }
        if let endpoint { lines.append("endpoint \(endpoint)") }
        if !removedAllowedIPs.isEmpty { lines.append("remove allowed ips \(removedAllowedIPs.commaSeparated)") }
        if !addedAllowedIPs.isEmpty { lines.append("add allowed ips \(addedAllowedIPs.commaSeparated)") }
        return lines
    }
}
