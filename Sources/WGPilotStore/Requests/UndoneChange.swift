/// What was taken back.
public struct UndoneChange: Hashable, Sendable {
    /// The change that waited.
    public let change: PendingChange
    /// The networks that are another now, or have other peers, those that came back and those that went among them.
    public let networks: Set<Int64>
}
