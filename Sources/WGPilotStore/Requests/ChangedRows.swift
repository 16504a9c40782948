/// What one transaction changed, by number: made, altered or removed.
public struct ChangedRows: Sendable, Equatable {
    /// Networks.
    public var networks: Set<Int64> = []
    /// Peers.
    public var peers: Set<Int64> = []
    /// Whether a bridge is among what changed.
    public var touchesBridges = false
    /// Whether an access rule is among what changed.
    public var touchesRules = false

    /// Whether it is not known which rows changed: anything may have.
    public var mayBeAnything = false

    /// Nothing.
    public init() {}

    /// Whether nothing that is told changed.
    public var isEmpty: Bool { self == ChangedRows() }
}
