import Hummingbird

extension Response {
    /// A text to be kept as a file of this name.
    static func file(_ text: String, name: String) -> Response {
        .bytes(
            Array(text.utf8), "text/plain; charset=utf-8", .ok,
            [.contentDisposition: attachment(name)])
    }

    /// `Content-Disposition` as RFC 6266 has it: a name in ASCII for everybody, and where the name is more than that the whole of it
    /// for those who read RFC 8187.
    static func attachment(_ name: String) -> String {
        var fallback = ""
        for scalar in name.unicodeScalars {
            let isPlain =
                scalar.isASCII && scalar.value > 0x20 && scalar.value != 0x7F
                && !"\"\\/%;".unicodeScalars.contains(scalar)
            fallback.unicodeScalars.append(isPlain ? scalar : "_")
        }
        return fallback == name
            ? "attachment; filename=\"\(fallback)\""
            : "attachment; filename=\"\(fallback)\"; filename*=UTF-8''\(PercentCoding.encode(name))"
    }
}
