/// The name of a web user: a ``DisplayName`` that is known again whatever its case.
public struct UserName: Hashable, Sendable, CustomStringConvertible {
    /// The name as it was given.
    public let description: String
    /// What two spellings of one name have in common but for equivalent code points, which Swift's comparison of
    /// strings takes for equal.
    public let key: String

    /// Takes 1 to 64 printable characters, without space at either end.
    public init(_ text: String) throws(InvalidValue) {
        description = try DisplayName(text).description
        key = Self.key(of: text)
    }

    /// The same for a text that somebody presents, which need not be a name.
    ///
    /// Up and down again: some letters have several in the other case (ß and SS, ς and σ).
    public static func key(of text: String) -> String { text.uppercased().lowercased() }

    /// Two names are one where they differ in case alone.
    public static func == (left: Self, right: Self) -> Bool { left.key == right.key }

    /// Hashes what equal names have in common.
    public func hash(into hasher: inout Hasher) { hasher.combine(key) }
}
