/// Whether a change is live in the kernel yet.
public struct SyncMessage: Codable, Sendable, Equatable {
    /// False: durable and live. True: durable, and the daemon keeps trying to apply it.
    public var isPending: Bool
    /// Why the kernel cannot take it now.
    public var reason: String?

    enum CodingKeys: Int, CodingKey {
        case isPending = 1
        case reason = 2
    }

    /// Makes the message from its fields.
    public init(isPending: Bool, reason: String? = nil) {
        self.isPending = isPending
        self.reason = reason
    }
}
