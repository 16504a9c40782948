/// Where the traffic that an access rule judges goes to.
public enum AccessDestination: Hashable, Sendable {
    /// Anywhere.
    case any
    /// A block of addresses.
    case block(IPPrefix)
    /// A peer: its addresses and the networks behind it.
    case peer(Int64)
    /// All peers with a tag, and the networks behind them.
    case tag(String)
    /// Only the networks behind a site gateway.
    case site(Int64)
}
