/// All the ways in which Swift prints a value, for tests that none of them shows a secret.
enum Printed {
    /// A value that holds another, as settings hold keys.
    private struct Holder<Value> {
        var held: Value
    }

    /// The plain description first; then inside optionals, arrays, dictionaries and other values, by reflection and by
    /// `dump`.
    static func everyWay<Value>(_ value: Value) -> [String] {
        var dumped = ""
        dump(value, to: &dumped)
        dump([Holder(held: value)], to: &dumped)
        let optional: Value? = value
        let children = Mirror(reflecting: value).children.map { "\($0)" }
        return [
            "\(value)", String(describing: value), String(reflecting: value), "\([value])", "\(["key": value])",
            String(describing: optional), String(reflecting: optional), "\(Holder(held: value))",
            String(reflecting: Holder(held: value)), dumped,
        ] + children
    }

    /// Whether the text holds the secret: its base64, its hexadecimal, or its bytes as an array prints them.
    static func shows(_ text: String, secret: String, bytes: [UInt8]) -> Bool {
        let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let list = bytes.prefix(8).map(String.init).joined(separator: ", ")
        let dumped = "- \(bytes[0])\n"
        return text.contains(secret) || text.lowercased().contains(hex.prefix(16)) || text.contains(list)
            || text.contains(dumped)
    }
}
