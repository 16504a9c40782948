/// A finding about an interface that an operator decided to leave as it is, until it is another.
public struct IgnoredDrift: Hashable, Sendable {
    /// The network whose interface it is about.
    public var networkID: Int64
    /// What differs: a peer, an address, a route and so on, by a name that the finder gives it.
    public var item: String
    /// The digest of what was found there, of 16 to 64 bytes.
    public var observed: [UInt8]

    /// Makes it from its parts.
    public init(networkID: Int64, item: String, observed: [UInt8]) {
        self.networkID = networkID
        self.item = item
        self.observed = observed
    }
}
