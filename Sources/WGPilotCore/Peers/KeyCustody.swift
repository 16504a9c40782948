/// Who has a peer's private key.
public enum KeyCustody: String, CaseIterable, Sendable {
    /// The hub, sealed: the configuration can be fetched again.
    case held
    /// The hub made it, showed it once in a whole configuration, and forgot it.
    case once
    /// The client made it; only the public key was ever here.
    case client

    /// Reads the name; throws with the list of names for anything else.
    public init(_ text: String) throws(InvalidValue) {
        guard let custody = KeyCustody(rawValue: text) else {
            throw InvalidValue("\(text.quotedForMessage) is not a custody; they are held, once and client")
        }
        self = custody
    }
}
