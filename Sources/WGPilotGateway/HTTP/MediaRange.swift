/// Media types as `Accept` and `Content-Type` have them (RFC 9110 §8.3, §12.5.1).
enum MediaRange {
    /// Whether `Accept` allows one of the types.
    static func accepts(_ accept: String, anyOf types: [String]) -> Bool { preferred(accept, of: types) != nil }

    /// The type that `Accept` likes best, the first of those it likes the same; nil where it allows none.
    static func preferred(_ accept: String, of types: [String]) -> String? {
        let ranges = accept.split(separator: ",").map(parse)
        if ranges.isEmpty { return types.first }
        var best: (type: String, quality: Double)?
        for type in types {
            // The narrowest range that fits decides.
            let fitting = ranges.filter { matches($0.type, type) }.max { width($0.type) > width($1.type) }
            guard let quality = fitting?.quality, quality > 0 else { continue }
            if quality > best?.quality ?? 0 { best = (type, quality) }
        }
        return best?.type
    }

    /// Whether a `Content-Type` is JSON in UTF-8.
    static func isJSON(_ field: String) -> Bool {
        let parts = field.split(separator: ";").map { trimmed($0).lowercased() }
        guard parts.first == "application/json" else { return false }
        return parts.dropFirst().allSatisfy { ["charset=utf-8", "charset=\"utf-8\""].contains($0) }
    }

    private static func parse(_ item: Substring) -> (type: String, quality: Double) {
        let parts = item.split(separator: ";").map { trimmed($0).lowercased() }
        var quality = 1.0
        for part in parts.dropFirst() where part.hasPrefix("q=") { quality = Double(part.dropFirst(2)) ?? 0 }
        return (parts.first ?? "", quality)
    }

    private static func matches(_ range: String, _ type: String) -> Bool {
        if range == "*/*" || range == type { return true }
        return range.hasSuffix("/*") && type.hasPrefix(range.dropLast())
    }

    /// 0 for a type, 1 for all of a kind, 2 for all.
    private static func width(_ range: String) -> Int { range == "*/*" ? 2 : range.hasSuffix("/*") ? 1 : 0 }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
