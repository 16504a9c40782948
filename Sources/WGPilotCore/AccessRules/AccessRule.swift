/// One rule of an access list: what a peer, the peers of a tag or those of a network may or may not reach.
///
/// The first rule that fits a packet decides: those of the peer are asked first, then those of its tags in the order of
/// their names, then those of its network. Where none fits the packet passes. An allowing rule never opens what the
/// topology keeps shut (networks without a bridge, peers that may not talk).
public struct AccessRule: Hashable, Sendable, Identifiable {
    /// The number by which everything else refers to a rule; never used again.
    public let id: Int64
    /// What was chosen for it.
    public var settings: AccessRuleSettings
    /// Its place in its owner's list, from 1.
    public var position: Int64
    /// When it was created, in seconds since 1970-01-01 UTC.
    public var createdAt: Int64
    /// When it was last changed, in seconds since 1970-01-01 UTC.
    public var updatedAt: Int64

    /// Makes it from its parts.
    public init(id: Int64, settings: AccessRuleSettings, position: Int64, createdAt: Int64, updatedAt: Int64) {
        self.id = id
        self.settings = settings
        self.position = position
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}
