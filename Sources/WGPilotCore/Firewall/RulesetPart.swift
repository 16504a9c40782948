/// A set, a map or a chain of a table, as nft(8) reads it.
struct RulesetPart: Hashable, Sendable {
    /// Its lines, each with its end.
    let text: String

    private init(_ header: String, _ lines: [String]) {
        text = "    \(header) {\n" + lines.map { "        \($0)\n" }.joined() + "    }\n"
    }

    /// A set, one element a line; the elements in the order given.
    static func set(_ name: String, type: String, elements: [String]) -> RulesetPart {
        RulesetPart("set \(name)", ["type \(type)"] + Self.list(elements))
    }

    /// A map from addresses to verdicts, one element a line.
    static func verdictMap(_ name: String, family: RulesetFamily, elements: [String]) -> RulesetPart {
        RulesetPart("map \(name)", ["type \(family.type) : verdict"] + Self.list(elements))
    }

    /// A chain; with the line that hooks it, where it is a base chain.
    static func chain(_ name: String, hook: String? = nil, _ rules: [String]) -> RulesetPart {
        RulesetPart("chain \(name)", (hook.map { [$0] } ?? []) + rules)
    }

    private static func list(_ elements: [String]) -> [String] {
        guard let last = elements.last else { return [] }
        return ["elements = {"] + elements.dropLast().map { "    \($0)," } + ["    \(last)", "}"]
    }
}
