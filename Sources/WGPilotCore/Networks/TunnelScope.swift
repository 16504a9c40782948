/// Which of a client's traffic enters the tunnel in a gateway network.
public enum TunnelScope: String, CaseIterable, Sendable {
    /// All of it.
    case full
    /// Only what goes to the network and to the networks named beside it.
    case split

    /// Reads the name; throws with the list of names for anything else.
    public init(_ text: String) throws(InvalidValue) {
        guard let scope = TunnelScope(rawValue: text) else {
            throw InvalidValue("\(text.quotedForMessage) is neither full nor split")
        }
        self = scope
    }
}
