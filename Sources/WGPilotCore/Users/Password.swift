/// A password that somebody presents or sets. It never prints itself.
///
/// Keyboards and systems write the same characters with different code points: they are brought to one form, that of
/// OpaqueString (RFC 8265 §4.2.1), before anything is counted or hashed. What is asked of one that is set follows NIST SP 800-63B-4 §3.1.1.2: a length, and no rules of composition.
public struct Password: Sendable, CustomStringConvertible, CustomReflectable {
    /// The fewest Unicode scalars of a password that is set.
    public static let minimumLength = 12
    /// The most bytes of UTF-8.
    public static let maximumBytes = 1024

    /// The bytes, for the one place that hashes them.
    public let revealed: [UInt8]

    /// Takes a password that is to be set for a user; the fault never repeats it.
    ///
    /// - Parameters:
    ///   - text: The password.
    ///   - user: The name of its user, which it must not be; nil where that is not known.
    public init(_ text: String, of user: String?) throws(InvalidValue) {
        guard let text = Self.prepared(text) else {
            throw InvalidValue("a password has at most \(Self.maximumBytes) bytes")
        }
        guard text.unicodeScalars.count >= Self.minimumLength else {
            throw InvalidValue("a password has at least \(Self.minimumLength) characters")
        }
        guard user.map(UserName.key) != UserName.key(of: text) else {
            throw InvalidValue("a password must not be the name of its user")
        }
        revealed = Array(text.utf8)
    }

    /// Takes a password that is to be checked. Of one that is too long to be right there is nothing to check: nil.
    public init?(presented text: String) {
        guard let text = Self.prepared(text) else { return nil }
        revealed = Array(text.utf8)
    }

    /// The one form of a text: every space is that of ASCII, and code points are composed (NFC). Nil where that is too
    /// long, or the text is so long that it is not looked at.
    private static func prepared(_ text: String) -> String? {
        // The other spellings of a text are up to some three times as long (Unicode Standard Annex #15, §12).
        guard text.utf8.count <= 4 * maximumBytes else { return nil }
        var prepared = text
        if !text.utf8.allSatisfy({ $0 < 0x80 }) {
            var spaced = String.UnicodeScalarView()
            for scalar in text.unicodeScalars {
                spaced.append(scalar.properties.generalCategory == .spaceSeparator ? " " : scalar)
            }
            prepared = String(spaced).composed
        }
        return prepared.utf8.count <= maximumBytes ? prepared : nil
    }

    private init() {
        revealed = []
    }

    /// Stands in the place of what cannot be right, where a check must cost the same.
    public static let wrong = Password()

    /// Never the password.
    public var description: String { "<password>" }

    /// Never the password, in dumps either.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
