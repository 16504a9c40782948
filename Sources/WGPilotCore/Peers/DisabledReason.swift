/// Why a peer is not in the kernel though it is in the database.
public enum DisabledReason: String, CaseIterable, Sendable {
    /// Somebody switched it off.
    case `operator`
    /// Its time was up.
    case expired

    /// Reads the name; throws for anything else.
    public init(_ text: String) throws(InvalidValue) {
        guard let reason = DisabledReason(rawValue: text) else {
            throw InvalidValue("\(text.quotedForMessage) is neither operator nor expired")
        }
        self = reason
    }
}
