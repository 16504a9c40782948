/// The payload of a ``FrameType/goaway`` frame: the server takes no further calls on this connection, and closes it once
/// those it took are answered.
public struct GoAway: Sendable, Hashable, Codable {
    /// The last call that the server took; 0 for none. Those behind it were not begun and can be repeated elsewhere.
    public var lastStreamID: UInt32
    /// Why, for people; nil for no reason in particular.
    public var message: String?

    /// Makes the payload.
    public init(lastStreamID: UInt32, message: String? = nil) {
        self.lastStreamID = lastStreamID
        self.message = message
    }

    private enum CodingKeys: Int, CodingKey {
        case lastStreamID = 1
        case message = 2
    }
}
