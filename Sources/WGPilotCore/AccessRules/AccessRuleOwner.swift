/// Whose traffic an access rule judges. The source is everything that a peer may send from, the networks behind it
/// included.
public enum AccessRuleOwner: Hashable, Sendable {
    /// All peers of a network.
    case network(Int64)
    /// All peers with a tag, in whichever network.
    case tag(String)
    /// One peer.
    case peer(Int64)
}
