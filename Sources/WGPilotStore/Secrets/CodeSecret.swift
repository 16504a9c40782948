import Crypto
public import WGPilotCore

/// A code that a person reads and types once: 80 random bits as four groups of Base32. It never prints itself; only its
/// digest is stored.
public struct CodeSecret: Sendable, CustomStringConvertible, CustomReflectable {
    /// What a code is for. One for the one is none for the other.
    public enum Kind: String, Sendable {
        /// Makes the first admin.
        case setup
        /// Stands in for the second factor.
        case recovery
    }

    private static let bits = 80
    private static let group = 4

    private let kind: Kind
    private let letters: String

    /// A fresh one from the system's random numbers.
    public static func generate(_ kind: Kind) -> CodeSecret {
        var bytes = unsafe SymmetricKey(size: SymmetricKeySize(bitCount: bits)).withUnsafeBytes { unsafe Array($0) }
        defer { wipe(&bytes) }
        return CodeSecret(kind: kind, letters: Base32.encode(bytes))
    }

    private init(kind: Kind, letters: String) {
        self.kind = kind
        self.letters = letters
    }

    /// Takes what somebody typed, in groups or not and in either case; nil for what has not the shape of a code.
    public init?(presented text: some StringProtocol, _ kind: Kind) {
        guard text.utf8.count <= 64 else { return nil }
        let letters = text.uppercased().filter { $0 != " " && $0 != "-" }
        let isLetter = { (byte: UInt8) in
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                || (UInt8(ascii: "2")...UInt8(ascii: "7")).contains(byte)
        }
        guard letters.utf8.count == Self.bits / 5, letters.utf8.allSatisfy(isLetter) else { return nil }
        self.init(kind: kind, letters: letters)
    }

    /// The text, for the one who is to have the code.
    public var text: String {
        let letters = Array(letters)
        return stride(from: 0, to: letters.count, by: Self.group)
            .map { String(letters[$0..<min($0 + Self.group, letters.count)]) }
            .joined(separator: "-")
    }

    /// What is stored of it. Of 80 random bits nobody finds the ones behind a digest, however fast it is made.
    public var digest: AuditHash { AuditHash(of: Array("wgpilot \(kind.rawValue) \(letters)".utf8)) }

    /// Never the code.
    public var description: String { "<code>" }

    /// Never the code.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
