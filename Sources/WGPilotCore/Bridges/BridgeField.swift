/// The fields of a bridge under the names that requests, errors and JSON have for them.
public enum BridgeField: String, Sendable {
    case direction, enabled
    case networkA = "network_a"
    case networkB = "network_b"
    case allowedCIDRs = "allowed_cidrs"
}
