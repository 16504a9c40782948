extension FirewallRuleset {
    /// The rules and elements one by one, each with the chain or set that it is in: for a person who wants to know what
    /// a change does.
    public var lines: [String] {
        var place = ""
        var lines: [String] = []
        for line in (text ?? "").split(separator: "\n").dropFirst() {
            let words = line.split { $0 == " " || $0 == "\t" }
            switch words.first {
            case "set", "map", "chain": place = words.dropFirst().prefix { $0 != "{" }.joined(separator: " ")
            // What every set or chain of its kind has.
            case "type", "flags", "elements", "}", nil: break
            default: lines.append("\(place): \(words.joined(separator: " "))".trimmingComma)
            }
        }
        return lines
    }
}

extension String {
    fileprivate var trimmingComma: String { hasSuffix(",") ? String(dropLast()) : self }
}
