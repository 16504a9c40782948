/// When and where a peer was last seen. It outlives the interface and the machine's restart, which make the kernel forget.
public struct PeerSighting: Hashable, Sendable {
    /// Its latest handshake, in seconds since 1970-01-01 UTC.
    public var handshakeAt: Int64
    /// Where it was then, as `SocketEndpoint` prints it; nil where the kernel did not tell. It is for people to read and is
    /// kept as text: a list has one for each of many peers.
    public var endpoint: String?

    /// Makes it from its parts.
    public init(handshakeAt: Int64, endpoint: String? = nil) {
        self.handshakeAt = handshakeAt
        self.endpoint = endpoint
    }
}
