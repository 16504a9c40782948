/// A text of a message that is a secret: a password, a code, what a session is known by. On the wire it is a plain text
/// string. It prints itself nowhere, so that a message that holds one may be described.
public struct SecretText: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable
{
    /// The text, for the one place that needs it.
    public let revealed: String

    /// Takes the text.
    public init(_ text: String) {
        revealed = text
    }

    /// Never the text.
    public var description: String { "<secret>" }

    /// Never the text.
    public var debugDescription: String { description }

    /// Never the text, in dumps either.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension SecretText: Codable {
    /// Reads a text string.
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    /// Writes a text string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(revealed)
    }
}
