/// A bridge between two networks: what one may send to the other, which otherwise are apart.
public struct Bridge: Hashable, Sendable, Identifiable {
    /// The number by which everything else refers to a bridge; never used again.
    public let id: Int64
    /// What was chosen for it.
    public var settings: BridgeSettings
    /// When it was created, in seconds since 1970-01-01 UTC.
    public var createdAt: Int64
    /// When it was last changed, in seconds since 1970-01-01 UTC.
    public var updatedAt: Int64

    /// Makes it from its parts.
    public init(id: Int64, settings: BridgeSettings, createdAt: Int64, updatedAt: Int64) {
        self.id = id
        self.settings = settings
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}
