/// What becomes of a packet that fits an access rule.
public enum AccessAction: String, CaseIterable, Sendable {
    /// It passes, whatever later rules say.
    case allow
    /// It is dropped.
    case deny

    /// Reads the name; throws with the list of names for anything else.
    public init(_ text: String) throws(InvalidValue) {
        guard let action = AccessAction(rawValue: text) else {
            throw InvalidValue("\(text.quotedForMessage) is neither allow nor deny")
        }
        self = action
    }
}
