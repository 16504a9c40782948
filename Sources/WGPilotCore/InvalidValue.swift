/// Says why a value that came from outside is not acceptable, and what would be.
///
/// It carries no field name: the place that knows which field held the value adds it. The message never repeats
/// a secret.
public struct InvalidValue: Error, Hashable, Sendable, CustomStringConvertible {
    /// One sentence for a person, without a final full stop.
    public let message: String

    /// Makes the error from its sentence.
    public init(_ message: String) {
        self.message = message
    }

    /// The sentence itself.
    public var description: String { message }
}

extension String {
    /// The text as it may stand in an error or a log: control characters escaped, long values cut, secrets of tokens left out.
    ///
    /// A hostile name must not be able to forge a second log line or to clear the reader's terminal.
    public var quotedForMessage: String {
        var out = "\""
        var count = 0
        // What follows is cut anyway, and may be very long.
        for scalar in String(String.UnicodeScalarView(unicodeScalars.prefix(160))).withoutSecrets.unicodeScalars {
            if count == 80 {
                out += "…"
                break
            }
            count += 1
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
                out += "\\u{\(String(scalar.value, radix: 16))}"
            default:
                out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}
