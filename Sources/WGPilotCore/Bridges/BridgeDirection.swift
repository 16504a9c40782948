/// Who may begin a conversation across a bridge.
public enum BridgeDirection: String, CaseIterable, Sendable {
    /// Peers of the first network may reach the second.
    case aToB = "a_to_b"
    /// Peers of the second network may reach the first.
    case bToA = "b_to_a"
    /// Both.
    case bidirectional

    /// Reads the name; throws with the list of names for anything else.
    public init(_ text: String) throws(InvalidValue) {
        guard let direction = BridgeDirection(rawValue: text) else {
            throw InvalidValue("\(text.quotedForMessage) is not a direction: a_to_b, b_to_a or bidirectional")
        }
        self = direction
    }
}
