/// Why bytes were not the message that was asked for, or why a value could not be written.
///
/// Tells where, never what: the bytes may be a private key.
public struct CBORError: Error, Sendable, Hashable {
    /// The kinds of failure.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        // Not well-formed, or outside the subset of CBOR that this protocol speaks.

        /// The bytes end inside an item, or a length or count promises more than there is.
        case truncated
        /// Bytes follow the one item that was expected.
        case trailingBytes
        /// The input is longer than ``CBORDecoder/Limits/maximumBytes``.
        case tooManyBytes
        /// Arrays and maps are nested deeper than ``CBORDecoder/Limits/maximumDepth``.
        case tooDeep
        /// An item of indefinite length (RFC 8949 §3.2): this protocol uses definite lengths only.
        case indefiniteLength
        /// A tag (RFC 8949 §3.4): this protocol uses none.
        case tagged
        /// A simple value other than false, true and null.
        case unsupportedSimpleValue
        /// Additional information 28 to 30, or a two-byte simple value below 32: not well-formed (RFC 8949 §3).
        case malformedHead
        /// A text string that is not UTF-8.
        case invalidUTF8
        /// A map that holds a key twice.
        case duplicateKey
        /// A map key that is neither an integer nor a string.
        case unsupportedKey

        // Well-formed, but not the message that was asked for.

        /// An item of another type than the field's.
        case typeMismatch
        /// A number that the field's type cannot hold.
        case numberOutOfRange
        /// A required field is absent.
        case missingField
        /// An array has fewer elements than were asked for.
        case missingElement
        /// The type of the field refused the value: an unknown name, a rule of its own.
        case invalidValue

        // Faults of the program that encodes or decodes.

        /// A coding key without a number, or with a negative one: every field has a number.
        case fieldWithoutNumber
        /// A value encoded itself as nothing.
        case noValue
        /// A value encoded itself as more than one item, or wrote to a container that was closed already.
        case severalValues
        /// Super encoders and decoders, which this codec does not have.
        case unsupportedCoding
    }

    /// What went wrong.
    public let code: Code
    /// Where in the input, in bytes from its start; nil when encoding.
    public let offset: Int?
    /// The fields that lead there, outermost first, array indices as `[3]`; empty for input that is not well-formed.
    public internal(set) var path: [String]

    init(_ code: Code, at offset: Int? = nil, path: [String] = []) {
        self.code = code
        self.offset = offset
        self.path = path
    }

    /// The same error seen from one level further out.
    func under(_ step: String) -> CBORError {
        var copy = self
        copy.path.insert(step, at: 0)
        return copy
    }

    /// `error` if it is of this type already; otherwise a ``Code/invalidValue``, whose text is dropped because it may
    /// quote the value.
    static func wrapping(_ error: any Error, at offset: Int?) -> CBORError {
        (error as? CBORError) ?? CBORError(.invalidValue, at: offset)
    }
}

extension CBORError: CustomStringConvertible {
    /// `peers[3].name: invalidUTF8 at byte 57`.
    public var description: String {
        var text = ""
        for step in path {
            if !text.isEmpty, !step.hasPrefix("[") {
                text += "."
            }
            text += step
        }
        if !text.isEmpty {
            text += ": "
        }
        text += code.rawValue
        if let offset {
            text += " at byte \(offset)"
        }
        return text
    }
}
