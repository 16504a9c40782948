extension Plan {
    /// The plan taken apart into what a person can decide about, in the order of the steps.
    public func items(observed: ObservedInterface?) -> [DriftItem] {
        var order: [DriftSubject] = []
        var steps: [DriftSubject: [PlanStep]] = [:]
        for part in parts {
            if steps[part.subject] == nil { order.append(part.subject) }
            steps[part.subject, default: []].append(part.step)
        }
        return order.map { DriftItem($0, Plan(steps: steps[$0] ?? []).lines, observed: observed) }
    }

    /// The plan with only those steps, and parts of steps, whose subject is chosen.
    public func only(_ isChosen: (DriftSubject) -> Bool) -> Plan {
        var chosen: [PlanStep] = []
        for part in parts where isChosen(part.subject) {
            // Peers and keys that were one request stay one.
            if case .configure(let name, let change) = part.step,
                case .configure(name, var joined) = chosen.last
            {
                joined.privateKey = joined.privateKey ?? change.privateKey
                joined.listenPort = joined.listenPort ?? change.listenPort
                joined.peers += change.peers
                chosen[chosen.count - 1] = .configure(name, joined)
            } else {
                chosen.append(part.step)
            }
        }
        return Plan(steps: chosen)
    }

    /// Each step, or part of one, with what it is about.
    private var parts: [(subject: DriftSubject, step: PlanStep)] {
        let isWhole = steps.contains { step in
            switch step {
            case .createInterface, .deleteInterface: true
            default: false
            }
        }
        if isWhole { return steps.map { (.interface, $0) } }
        // Setting an interface up brings its routes back; who wants it down wants them gone.
        let setsUp = steps.contains { if case .setUp = $0 { true } else { false } }
        var parts: [(subject: DriftSubject, step: PlanStep)] = []
        for step in steps {
            switch step {
            case .createInterface, .deleteInterface: parts.append((.interface, step))
            case .setMTU: parts.append((.mtu, step))
            case .addAddress(_, let address), .removeAddress(_, let address): parts.append((.address(address), step))
            case .setUp: parts.append((.up, step))
            case .addRoute(_, let prefix): parts.append((setsUp ? .up : .route(prefix), step))
            case .removeRoute(_, let prefix): parts.append((.route(prefix), step))
            case .configure(let name, let change):
                if let key = change.privateKey {
                    parts.append((.privateKey, .configure(name, DeviceChange(privateKey: key))))
                }
                if let port = change.listenPort {
                    parts.append((.listenPort, .configure(name, DeviceChange(listenPort: port))))
                }
                for peer in change.peers {
                    parts.append((.peer(peer.publicKey), .configure(name, DeviceChange(peers: [peer]))))
                }
            }
        }
        return parts
    }
}
