/// A password that somebody presents or sets. It never prints itself.
///
/// What is asked of one that is set follows NIST SP 800-63B-4 §3.1.1.2: a length, and no rules of composition.
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
        guard text.utf8.count <= Self.maximumBytes else {
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
        guard text.utf8.count <= Self.maximumBytes else { return nil }
        revealed = Array(text.utf8)
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
