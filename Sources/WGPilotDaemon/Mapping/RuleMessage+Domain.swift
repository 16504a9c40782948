import WGPilotCore
import WGPilotProtocol

extension RuleMessage {
    /// A rule as it goes over the wire.
    init(_ rule: AccessRule, _ names: RuleNames) {
        let settings = rule.settings
        var (network, tag, peer): (String?, String?, String?) = (nil, nil, nil)
        switch settings.owner {
        case .network(let id): network = names.network(id)
        case .tag(let name): tag = name
        case .peer(let id): peer = names.peer(id)
        }
        let destination =
            switch settings.destination {
            case .any: "any"
            case .block(let block): block.description
            case .peer(let id): "peer:\(names.peer(id))"
            case .tag(let name): "tag:\(name)"
            case .site(let id): "site:\(names.peer(id))"
            }
        self.init(
            id: rule.id, network: network, tag: tag, peer: peer, position: rule.position,
            action: settings.action.rawValue, destination: destination, transport: settings.service.transport.rawValue,
            ports: settings.service.ports.map {
                $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
            },
            comment: settings.comment, enabled: settings.enabled, createdAt: rule.createdAt, updatedAt: rule.updatedAt)
    }
}
