/// Says which line of a wg-quick file cannot be read, and why. It never repeats a secret.
public struct ServerConfigurationFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The line, counted from 1.
    public let line: Int
    /// One sentence for a person, without a final full stop.
    public let reason: String

    /// Makes the error from its parts.
    public init(line: Int, reason: String) {
        self.line = line
        self.reason = reason
    }

    /// `line 12: …`.
    public var description: String { "line \(line): \(reason)" }
}
