/// Bytes that went to and fro between the hub and a peer, or all peers of a network, as the hub sees them.
public struct Transfer: Hashable, Sendable {
    /// Bytes received from the peer.
    public var received: UInt64
    /// Bytes sent to the peer.
    public var sent: UInt64

    /// Nothing.
    public static let zero = Transfer(received: 0, sent: 0)

    /// Makes it from its parts.
    public init(received: UInt64, sent: UInt64) {
        self.received = received
        self.sent = sent
    }

    /// Whether no byte went either way.
    public var isZero: Bool { received == 0 && sent == 0 }

    /// Adds another one. What no counter can hold stays at the highest number there is.
    public static func += (left: inout Transfer, right: Transfer) {
        left.received = left.received.addingOrLimit(right.received)
        left.sent = left.sent.addingOrLimit(right.sent)
    }

    /// What flowed since a counter was read: its growth, or where it was set back since, all that it counted anew.
    ///
    /// Both ways are counted by the same device, so that one which went back tells that both began anew.
    public func since(_ former: Transfer) -> Transfer {
        guard received >= former.received, sent >= former.sent else { return self }
        return Transfer(received: received - former.received, sent: sent - former.sent)
    }
}

extension UInt64 {
    fileprivate func addingOrLimit(_ other: UInt64) -> UInt64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
