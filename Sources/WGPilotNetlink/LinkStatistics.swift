/// What an interface carried since it was made: `struct rtnl_link_stats64` in linux/if_link.h.
///
/// Of a tunnel, received is what came out of it, from peers, and sent is what went into it.
public struct LinkStatistics: Hashable, Sendable {
    /// Bytes received (`rx_bytes`).
    public var receivedBytes: UInt64 = 0
    /// Packets received (`rx_packets`).
    public var receivedPackets: UInt64 = 0
    /// Packets that were received and were of no use (`rx_errors`).
    public var receiveErrors: UInt64 = 0
    /// Packets that were received and found no place (`rx_dropped`).
    public var receiveDrops: UInt64 = 0
    /// Bytes sent (`tx_bytes`).
    public var sentBytes: UInt64 = 0
    /// Packets sent (`tx_packets`).
    public var sentPackets: UInt64 = 0
    /// Packets that could not be sent (`tx_errors`).
    public var sendErrors: UInt64 = 0
    /// Packets that found no place on their way out (`tx_dropped`).
    public var sendDrops: UInt64 = 0

    /// Nothing yet.
    public init() {}
}
