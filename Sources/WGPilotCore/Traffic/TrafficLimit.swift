/// How much of a peer's traffic passes, in kbit/s for each direction; nil is no limit.
public struct TrafficLimit: Hashable, Sendable {
    /// From the peer.
    public var up: Int64?
    /// To the peer.
    public var down: Int64?

    /// No limit in either direction.
    public static let none = TrafficLimit()

    /// Makes it from its parts.
    public init(up: Int64? = nil, down: Int64? = nil) {
        self.up = up
        self.down = down
    }

    /// What holds for a peer: its own limits, and where it has none its network's.
    ///
    /// - Parameters:
    ///   - peerUp: The peer's own limit; nil takes the network's, 0 is none.
    ///   - peerDown: The same to the peer.
    ///   - networkUp: The network's; 0 is none.
    ///   - networkDown: The same to the peer.
    public init(peerUp: Int64?, peerDown: Int64?, networkUp: Int64, networkDown: Int64) {
        let limit = { (kbps: Int64) in kbps == BandwidthLimit.unlimited ? nil : kbps }
        self.init(up: limit(peerUp ?? networkUp), down: limit(peerDown ?? networkDown))
    }

    /// The limit of one direction.
    public subscript(direction: TrafficDirection) -> Int64? {
        switch direction {
        case .up: up
        case .down: down
        }
    }
}
