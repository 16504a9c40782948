/// The fields of an access rule under the names that requests, errors and JSON have for them.
public enum AccessRuleField: String, Sendable {
    case network, tag, peer, action, destination, ports, comment, enabled, position
    case transport = "protocol"
}
