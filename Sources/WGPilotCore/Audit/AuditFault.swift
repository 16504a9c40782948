/// The first entry of an audit log that is not as it was written.
public struct AuditFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// Its place.
    public let sequence: Int64
    /// What is wrong with it, to be read behind "entry 7".
    public let problem: String

    /// Makes it from its parts.
    public init(_ sequence: Int64, _ problem: String) {
        self.sequence = sequence
        self.problem = problem
    }

    /// One sentence.
    public var description: String { "entry \(sequence) \(problem)" }
}
