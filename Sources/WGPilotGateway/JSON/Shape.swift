import WGPilotCore
import WGPilotJSON

/// What kind of value a field has: the reader of requests checks it, and the API's document says it.
indirect enum Shape: Sendable {
    /// A text of so many Unicode scalars at most, which matches a pattern where there is one.
    case text(longest: Int, pattern: Pattern? = nil)
    /// A text that is never shown again: a password, a key.
    case secret(longest: Int)
    /// One of these texts.
    case choice([String])
    /// A number without a fraction.
    case integer(ClosedRange<Int64>)
    case flag
    /// Texts, as an array or with commas between them; each at most so long.
    case texts(longest: Int, pattern: Pattern? = nil)
    /// Numbers of things, at least one.
    case identifiers(most: Int)
    /// Objects, at least one.
    case objects(Schema, most: Int)

    // In answers alone.

    /// An object.
    case object(Schema)
    /// A list of objects.
    case list(Schema)
    /// A list of texts.
    case textList

    /// A rule for texts that the API's document can state.
    struct Pattern: Sendable {
        /// An ECMA-262 regular expression that matches the whole text.
        let expression: String
        /// What it asks for, for a message: "is an IPv4 or IPv6 address".
        let message: String
        let matches: @Sendable (String) -> Bool
    }

    /// A value that is what it must be, or why it is not.
    func check(_ value: JSONValue) -> String? {
        switch (self, value) {
        case (.text(let longest, let pattern), .text(let text)): return Self.check(text, longest, pattern)
        case (.secret(let longest), .text(let text)): return Self.check(text, longest, nil)
        case (.choice(let choices), .text(let text)):
            return choices.contains(text) ? nil : "is one of \(choices.joined(separator: ", "))"
        case (.integer(let range), .integer(let number)):
            return range.contains(number) ? nil : Self.message(range)
        case (.flag, .bool): return nil
        case (.texts(let longest, let pattern), .text(let text)):
            return Self.items(text).lazy.compactMap { Self.check($0, longest, pattern) }.first
        case (.texts(let longest, let pattern), .array(let values)):
            if values.count > 10_000 { return "has more than 10000 elements" }
            for case let value in values {
                guard case .text(let text) = value else { return "is a list of texts" }
                if let fault = Self.check(text, longest, pattern) { return fault }
            }
            return nil
        case (.identifiers(let most), .array(let values)):
            let areNumbers = values.allSatisfy { if case .integer(1...) = $0 { true } else { false } }
            return areNumbers && (1...most).contains(values.count) ? nil : "is a list of 1 to \(most) numbers"
        case (.objects(_, let most), .array(let values)):
            return (1...most).contains(values.count) ? nil : "is a list of 1 to \(most) objects"
        default: return "is \(expectation), not \(value.kind)"
        }
    }

    /// The items of a list that is written with commas.
    static func items(_ text: String) -> [String] {
        text.split(separator: ",").map { item in
            var item = item
            while item.first == " " { item.removeFirst() }
            while item.last == " " { item.removeLast() }
            return String(item)
        }.filter { !$0.isEmpty }
    }

    private static func check(_ text: String, _ longest: Int, _ pattern: Pattern?) -> String? {
        if text.unicodeScalars.count > longest { return "is longer than \(longest) characters" }
        if text.unicodeScalars.contains("\0") { return "holds a character that is not allowed" }
        if let pattern, !pattern.matches(text) { return pattern.message }
        return nil
    }

    private static func message(_ range: ClosedRange<Int64>) -> String {
        range.upperBound == .max
            ? "is a number from \(range.lowerBound) on"
            : "is a number from \(range.lowerBound) to \(range.upperBound)"
    }

    private var expectation: String {
        switch self {
        case .text, .secret, .choice: "a text"
        case .integer: "a whole number"
        case .flag: "true or false"
        case .texts: "a list of texts, or a text with commas"
        case .identifiers, .objects, .list, .textList: "a list"
        case .object: "an object"
        }
    }
}
