/// Everything that is wrong with a configuration, one line each.
public struct ConfigurationError: Error, CustomStringConvertible {
    /// The lines.
    public let faults: [String]

    /// Makes the error from its lines.
    public init(_ faults: [String]) {
        self.faults = faults
    }

    /// The lines, joined.
    public var description: String { faults.joined(separator: "\n") }
}
