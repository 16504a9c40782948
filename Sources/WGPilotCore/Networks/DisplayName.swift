/// A name that a person gave to a peer or a network: any printable Unicode, safe to put in one line of a file.
public struct DisplayName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The most characters (grapheme clusters) a name may have.
    public static let maximumCharacters = 64
    /// The most bytes of UTF-8 a name may have; without it, 64 characters of combining marks could be megabytes.
    public static let maximumBytes = 512

    /// The name as it was given.
    public let description: String

    /// Stands in the place of a name that could not be read, so that what comes with it can be looked at all the same.
    public static let unread = DisplayName(unchecked: "?")

    private init(unchecked text: String) {
        description = text
    }

    /// Takes 1 to 64 printable characters, without space at either end.
    ///
    /// Refused are controls, line and paragraph separators (they would break out of the comment line of a
    /// configuration), and bidirectional overrides (they would make a list read other than it is).
    public init(_ text: String) throws(InvalidValue) {
        guard !text.isEmpty else { throw InvalidValue("a name must not be empty") }
        if Self.isPlain(text.utf8) {
            description = text
            return
        }
        guard text.utf8.count <= Self.maximumBytes, text.count <= Self.maximumCharacters else {
            throw InvalidValue("a name has at most \(Self.maximumCharacters) characters")
        }
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator:
                throw InvalidValue("a name must not contain line breaks or control characters")
            case .unassigned, .surrogate, .privateUse:
                throw InvalidValue("a name must consist of printable characters")
            case .format where !Self.isJoiner(scalar):
                throw InvalidValue("a name must not contain invisible formatting characters")
            default: break
            }
        }
        guard !text.unicodeScalars.allSatisfy(Self.isJoiner) else {
            throw InvalidValue("a name must have a visible character")
        }
        guard let first = text.first, let last = text.last, !first.isWhitespace, !last.isWhitespace else {
            throw InvalidValue("a name must not begin or end with a space")
        }
        description = text
    }

    /// Whether it is a name for which no look into the Unicode tables is needed, as ten thousand are read at a time: of
    /// printable ASCII.
    private static func isPlain(_ text: String.UTF8View) -> Bool {
        text.count <= maximumCharacters && text.first != 0x20 && text.last != 0x20
            && text.allSatisfy { (0x20...0x7E).contains($0) }
    }

    /// Takes the name of something new, or a new name: as ``init(_:)``, but none that is written as references by number
    /// are. Names of that form may be in a database already, so they can still be read.
    public init(new text: String) throws(InvalidValue) {
        let name = try DisplayName(text)
        if name.isMarkedNumber {
            throw InvalidValue("a name must not be # and a number: \(text) means the one of that number")
        }
        self = name
    }

    /// Whether the name is `#` and digits, with which the peer or network of that number is meant and never a name.
    var isMarkedNumber: Bool {
        let utf8 = description.utf8
        return utf8.count > 1 && utf8.first == UInt8(ascii: "#")
            && utf8.dropFirst().allSatisfy { (48...57).contains($0) }
    }

    /// Joiners and tags are invisible, but many scripts and emoji cannot be written without them.
    private static func isJoiner(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value == 0x200C || scalar.value == 0x200D || (0xE0020...0xE007F).contains(scalar.value)
    }

    /// Two names are one where they are written with the same code points, as in the database. To Swift's own comparison
    /// é is é however it is written, and a name that is only written otherwise would never be stored.
    public static func == (left: Self, right: Self) -> Bool {
        left.description.utf8.elementsEqual(right.description.utf8)
    }

    /// Hashes the text; names that differ only in how they are written have the same hash.
    public func hash(into hasher: inout Hasher) { hasher.combine(description) }

    /// Orders by characters.
    public static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}
