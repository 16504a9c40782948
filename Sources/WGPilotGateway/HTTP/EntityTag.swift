import Hummingbird

/// The ETag of a thing: its time of change, which is another after each change.
enum EntityTag {
    /// `"v1790000000"`.
    static func of(_ updatedAt: Int64) -> String { "\"v\(updatedAt)\"" }

    /// The time of change that a tag stands for; nil for any other tag.
    ///
    /// A weak one counts as well, although RFC 9110 §13.1.1 has it otherwise: a proxy that compresses an answer makes the tag
    /// weak, and what the tag stands for is the thing, and not its bytes.
    static func version(of tag: String) -> Int64? {
        let tag = tag.hasPrefix("W/") ? tag.dropFirst(2) : tag[...]
        guard tag.hasPrefix("\"v"), tag.hasSuffix("\""), tag.utf8.count > 3 else { return nil }
        return Int64(tag.dropFirst(2).dropLast())
    }

    /// Whether `If-None-Match` has the tag (RFC 9110 §13.1.2, weak comparison).
    static func matches(_ field: String?, _ tag: String) -> Bool {
        guard let field else { return false }
        return field.split(separator: ",").contains { item in
            var item = item.drop { $0 == " " }
            while item.last == " " { item.removeLast() }
            if item.hasPrefix("W/") { item = item.dropFirst(2) }
            return item == tag || item == "*"
        }
    }
}
