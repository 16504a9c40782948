/// Names that are counted: `sensor-{n}` gives `sensor-1`, `sensor-2`; as many digits as letters, so that `{nnn}` begins
/// with `001`.
struct NamePattern {
    private let before: String
    private let after: String
    private let width: Int

    /// Reads a pattern.
    ///
    /// - Throws: `CommandFault` where there is no place for the number, or more than one.
    init(_ text: String) throws(CommandFault) {
        let places = text.matches(of: /\{n{1,9}\}/)
        guard let place = places.first, places.count == 1 else {
            throw CommandFault(
                status: .usage,
                message: "with --count the name has one place for the number: sensor-{n}, or sensor-{nnn} for 001")
        }
        before = String(text[..<place.range.lowerBound])
        after = String(text[place.range.upperBound...])
        width = place.output.count - 2
    }

    /// The name with this number.
    func name(_ number: Int) -> String {
        let digits = String(number)
        return before + String(repeating: "0", count: max(width - digits.utf8.count, 0)) + digits + after
    }
}
