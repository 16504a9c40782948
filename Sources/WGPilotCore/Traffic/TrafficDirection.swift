/// A direction of a peer's traffic, as the peer sees it.
public enum TrafficDirection: String, Hashable, Sendable, CaseIterable {
    /// From the peer.
    case up
    /// To the peer.
    case down
}
