import Crypto
import FoundationEssentials
public import WGPilotCore

/// What the bearer of an API token, a link or a session presents: a prefix that tells which, and 256 random bits in base64url
/// without padding (RFC 4648 §5). It never prints itself; only its digest is stored.
public struct TokenSecret: Sendable, CustomStringConvertible, CustomReflectable {
    /// What a secret is for. One for the one is none for the other.
    public enum Kind: String, Sendable {
        /// An API token.
        case token = "wgp_"
        /// A link by which a configuration is fetched once.
        case link = "wgl_"
        /// The session of a web user.
        case session = "wgs_"
        /// A login that waits for the second factor.
        case challenge = "wgc_"
    }

    private static let byteCount = 32
    /// The length of every one in characters.
    static let length = Kind.token.rawValue.utf8.count + (byteCount * 8 + 5) / 6

    private let value: String

    /// A fresh one from the system's random numbers.
    public static func generate(_ kind: Kind = .token) -> TokenSecret {
        var bytes = SymmetricKey(size: .bits256).bytes
        defer { wipe(&bytes) }
        let text = Data(bytes).base64EncodedString().filter { $0 != "=" }.map(urlSafe)
        return TokenSecret(value: kind.rawValue + String(text))
    }

    private static func urlSafe(_ character: Character) -> Character {
        switch character {
        case "+": "-"
        case "/": "_"
        default: character
        }
    }

    private init(value: String) {
        self.value = value
    }

    /// Takes what somebody presents; nil for what has not the shape of one.
    public init?(presented text: some StringProtocol, _ kind: Kind = .token) {
        guard text.utf8.count == Self.length, text.hasPrefix(kind.rawValue) else { return nil }
        value = String(text)
    }

    /// The text, for the one who asked for the token.
    public var text: String { value }

    /// What is stored of it. The token has 256 random bits: nothing slower than SHA-256 would make it harder to guess.
    public var digest: AuditHash { AuditHash(of: Array(value.utf8)) }

    /// Never the token.
    public var description: String { "<token>" }

    /// Never the token.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension SymmetricKey {
    fileprivate var bytes: [UInt8] { unsafe withUnsafeBytes { unsafe Array($0) } }
}
