/// The facts about one thing, a line each, as `peer show` prints them.
struct Facts {
    private var lines: [(name: String, value: String)] = []

    /// Adds a fact; one without a value is left out.
    mutating func add(_ name: String, _ value: String?) {
        if let value, !value.isEmpty { lines.append((name, PrintableText.of(value))) }
    }

    /// The text, ended by a line break.
    func rendered() -> String {
        let width = lines.map { DisplayWidth.of($0.name) }.max() ?? 0
        return lines.map { line in
            let padding = String(repeating: " ", count: width - DisplayWidth.of(line.name))
            return "\(line.name)\(padding)  \(line.value)\n"
        }.joined()
    }
}
