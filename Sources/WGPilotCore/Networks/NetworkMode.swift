/// What a network is for; decides AllowedIPs, forwarding and address translation.
public enum NetworkMode: String, CaseIterable, Sendable {
    /// Peers reach the outside through the hub.
    case gateway
    /// Whole sites behind site gateways reach one another.
    case siteToSite = "site-to-site"
    /// Peers reach one another through the hub, and nothing else.
    case hubRouted = "hub-routed"

    /// Reads the name; throws with the list of names for anything else.
    public init(_ text: String) throws(InvalidValue) {
        guard let mode = NetworkMode(rawValue: text) else {
            throw InvalidValue(
                "\(text.quotedForMessage) is not a mode; the modes are gateway, site-to-site and hub-routed")
        }
        self = mode
    }

    /// Whether addresses are translated where nobody said: only a gateway's peers go to the outside.
    public var natByDefault: Bool { self == .gateway }

    /// Whether peers may reach one another where nobody said: not those of a gateway, who are strangers to each other.
    public var peersMayTalkByDefault: Bool { self != .gateway }
}
