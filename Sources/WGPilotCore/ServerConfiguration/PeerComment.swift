/// What a comment of a wg-quick file says about the name of a peer, in the manners of those who write such files.
enum PeerComment: Equatable {
    /// Begins a peer, and names it: `### Client x`, `# BEGIN_PEER x`, `### begin x ###`, `# Client: x (id)`.
    case opening(Substring)
    /// Names the peer that it stands with: `# Name = x`, `# friendly_name=x`.
    case label(Substring)
    /// Some text, which may be a name.
    case plain(Substring)
    /// Names nothing: an end mark, a rule of dashes, a setting that was switched off, something with a key in it.
    case nothing

    /// Reads what stands behind the first `#`.
    init(_ comment: Substring) {
        let hashes = comment.utf8.prefix { $0 == UInt8(ascii: "#") }.count
        var text = comment[comment.utf8.index(comment.startIndex, offsetBy: hashes)...].trimmingSpace
        if hashes > 0 {
            while text.utf8.last == UInt8(ascii: "#") { text = text.dropLast() }
            text = text.trimmingSpace
        }
        if let word = text.firstWord {
            switch (word.word.lowercased(), hashes >= 2) {
            case ("begin_peer", _), ("client", true), ("begin", true):
                self = .opening(word.rest)
                return
            case ("client:", _):
                self = .opening(Self.withoutIdentifier(word.rest))
                return
            case ("end_peer", _), ("end", true):
                self = .nothing
                return
            default: break
            }
        }
        if let separator = text.utf8.prefix(64).firstIndex(where: {
            $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: ":")
        }) {
            var key = text[..<separator].trimmingSpace
            if key.utf8.last == UInt8(ascii: "#") { key = key.dropLast() }
            if ["name", "friendly_name"].contains(key.lowercased()) {
                self = .label(text[text.utf8.index(after: separator)...].trimmingSpace)
                return
            }
            if ServerConfigurationKey(spelling: key) != nil {
                self = .nothing
                return
            }
        }
        let isRule = !text.unicodeScalars.prefix(1024).contains {
            $0.properties.isAlphabetic || $0.properties.numericType != nil || $0.properties.isEmojiPresentation
        }
        self =
            isRule || text.utf8.first == UInt8(ascii: "[") || SecretFreeText.mayHoldSecret(text)
            ? .nothing : .plain(text)
    }

    /// The text without a number or UUID in parentheses at its end.
    private static func withoutIdentifier(_ text: Substring) -> Substring {
        guard text.utf8.last == UInt8(ascii: ")"), let open = text.utf8.lastIndex(of: UInt8(ascii: "(")) else {
            return text
        }
        let inner = text[open...].utf8.dropFirst().dropLast()
        let isIdentifier =
            inner.contains { (48...57).contains($0) }
            && inner.allSatisfy {
                (48...57).contains($0) || (65...70).contains($0) || (97...102).contains($0) || $0 == UInt8(ascii: "-")
            }
        return isIdentifier ? text[..<open].trimmingSpace : text
    }
}

extension Substring {
    /// The text without white space of ASCII at its ends (isspace(3), as wg(8) has it).
    var trimmingSpace: Substring {
        let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
        let utf8 = self.utf8
        guard let first = utf8.firstIndex(where: { !isSpace($0) }), let last = utf8.lastIndex(where: { !isSpace($0) })
        else { return self[endIndex...] }
        return self[first..<utf8.index(after: last)]
    }

    /// The first word of at most sixteen bytes and what follows it, where something does.
    fileprivate var firstWord: (word: Substring, rest: Substring)? {
        guard let end = utf8.prefix(17).firstIndex(of: UInt8(ascii: " ")) else { return nil }
        return (self[..<end], self[end...].trimmingSpace)
    }
}
