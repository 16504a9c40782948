/// What an interface carried since it was made, as the kernel counts it.
public struct LinkStatisticsMessage: Codable, Sendable, Equatable {
    /// Bytes that came out of the tunnel, from peers.
    public var receivedBytes: UInt64
    /// Packets that came out of the tunnel.
    public var receivedPackets: UInt64
    /// Packets from peers that were of no use.
    public var receiveErrors: UInt64
    /// Packets from peers that found no place.
    public var receiveDrops: UInt64
    /// Bytes that went into the tunnel, to peers.
    public var sentBytes: UInt64
    /// Packets that went into the tunnel.
    public var sentPackets: UInt64
    /// Packets to peers that could not be sent.
    public var sendErrors: UInt64
    /// Packets to peers that found no place.
    public var sendDrops: UInt64

    enum CodingKeys: Int, CodingKey {
        case receivedBytes = 1
        case receivedPackets = 2
        case receiveErrors = 3
        case receiveDrops = 4
        case sentBytes = 5
        case sentPackets = 6
        case sendErrors = 7
        case sendDrops = 8
    }

    /// Makes the message from its fields.
    public init(
        receivedBytes: UInt64, receivedPackets: UInt64, receiveErrors: UInt64, receiveDrops: UInt64,
        sentBytes: UInt64, sentPackets: UInt64, sendErrors: UInt64, sendDrops: UInt64
    ) {
        self.receivedBytes = receivedBytes
        self.receivedPackets = receivedPackets
        self.receiveErrors = receiveErrors
        self.receiveDrops = receiveDrops
        self.sentBytes = sentBytes
        self.sentPackets = sentPackets
        self.sendErrors = sendErrors
        self.sendDrops = sendDrops
    }
}
