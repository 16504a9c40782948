/// Lists of short strings as JSON arrays (RFC 8259), without the machinery of a JSON library: ten thousand rows have
/// three of them each, nearly all empty.
///
/// No element that the domain accepts holds a quote, a backslash or a control character, so there is nothing to escape;
/// what holds one is not written and not read.
enum TextList {
    static let empty = "[]"

    /// The JSON text.
    static func encode(_ elements: [String]) throws(StoreError) -> String {
        if elements.isEmpty { return empty }
        guard elements.allSatisfy({ $0.utf8.allSatisfy(isPlain) }) else {
            throw StoreError(.internal, "a list holds a value that must not be stored")
        }
        return "[\"" + elements.joined(separator: "\",\"") + "\"]"
    }

    /// The elements; nil for anything that ``encode(_:)`` does not make.
    static func decode(_ text: String) -> [String]? {
        if text == empty { return [] }
        let bytes = Array(text.utf8)
        guard bytes.count >= 4, bytes.starts(with: [UInt8(ascii: "["), quote]), bytes.last == UInt8(ascii: "]") else {
            return nil
        }
        var elements: [String] = []
        var index = 1
        while true {
            guard index < bytes.count, bytes[index] == quote else { return nil }
            guard let end = bytes[(index + 1)...].firstIndex(of: quote), end + 1 < bytes.count else { return nil }
            let element = bytes[(index + 1)..<end]
            guard element.allSatisfy(isPlain) else { return nil }
            elements.append(String(decoding: element, as: UTF8.self))
            index = end + 1
            if bytes[index] == UInt8(ascii: "]") { return index == bytes.count - 1 ? elements : nil }
            guard bytes[index] == UInt8(ascii: ",") else { return nil }
            index += 1
        }
    }

    private static let quote = UInt8(ascii: "\"")

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != quote && byte != UInt8(ascii: "\\")
    }
}
