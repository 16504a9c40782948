/// Something a person should know about what they are importing.
public struct ImportFinding: Hashable, Sendable, CustomStringConvertible {
    /// How much it matters.
    public enum Severity: Sendable {
        /// The import goes on; something is not taken over, or will differ.
        case note
        /// The import cannot be done.
        case refusal
    }

    /// How much it matters.
    public let severity: Severity
    /// The line of the file, where it is about one.
    public let line: Int?
    /// The peer, where it is about one.
    public let peer: DisplayName?
    /// One sentence for a person, without a final full stop, and without secrets.
    public let message: String

    /// Makes it from its parts.
    public init(severity: Severity, line: Int? = nil, peer: DisplayName? = nil, message: String) {
        self.severity = severity
        self.line = line
        self.peer = peer
        self.message = message
    }

    /// `line 12: peer "laptop": …`.
    public var description: String {
        (line.map { "line \($0): " } ?? "") + (peer.map { "peer \($0.description.quotedForMessage): " } ?? "") + message
    }
}
