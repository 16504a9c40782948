/// What is done about an interface that somebody else changed.
public enum DriftPolicy: String, CaseIterable, Sendable {
    /// It is brought back to what the database says.
    case `repair`
    /// It is told, and left until somebody decides.
    case report

    /// Reads the name; throws with the list of names for anything else.
    public init(_ text: String) throws(InvalidValue) {
        guard let policy = DriftPolicy(rawValue: text) else {
            throw InvalidValue("\(text.quotedForMessage) is neither repair nor report")
        }
        self = policy
    }
}
