/// What stands behind a peer.
public enum PeerRole: String, CaseIterable, Sendable {
    /// One device.
    case client
    /// A router with networks behind it.
    case siteGateway = "site-gateway"

    /// Reads the name; throws with the list of names for anything else.
    public init(_ text: String) throws(InvalidValue) {
        guard let role = PeerRole(rawValue: text) else {
            throw InvalidValue("\(text.quotedForMessage) is not a role; the roles are client and site-gateway")
        }
        self = role
    }
}
