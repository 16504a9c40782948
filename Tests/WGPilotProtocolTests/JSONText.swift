import WGPilotProtocol

/// A message as JSON by the field names of docs/protocol.md, with sorted keys and without blanks, read off its stored
/// properties: `networkID` is `network_id`. Fields that are nil are left out.
func jsonText(_ value: Any) -> String {
    switch value {
    case let value as String: return quoted(value)
    case let value as SecretText: return quoted(value.revealed)
    case let value as Bool: return value ? "true" : "false"
    case let value as any BinaryInteger: return "\(value)"
    case let value as StatusCode: return "\(value.rawValue)"
    default: break
    }
    let mirror = Mirror(reflecting: value)
    switch mirror.displayStyle {
    case .collection:
        return "[" + mirror.children.map { jsonText($0.value) }.joined(separator: ",") + "]"
    case .dictionary:
        guard let map = value as? [String: String] else { return "unknown" }
        return object(map.map { ($0.key, quoted($0.value)) })
    case .struct:
        return object(
            mirror.children.compactMap { child in
                guard let label = child.label, let value = present(child.value) else { return nil }
                return (fieldName(label), jsonText(value))
            })
    default: return "unknown"
    }
}

/// The messages that stand within a message, by the names of their types, itself among them.
func typesWithin(_ value: Any) -> Set<String> {
    if value is String || value is SecretText { return [] }
    let mirror = Mirror(reflecting: value)
    let own: Set<String> = mirror.displayStyle == .struct && value is any Codable ? ["\(type(of: value))"] : []
    // Numbers are structures too, of one stored property that has none of its own.
    if value is any Numeric || value is Bool { return [] }
    return mirror.children.reduce(own) { names, child in
        names.union(present(child.value).map(typesWithin) ?? [])
    }
}

private func present(_ value: Any) -> Any? {
    let mirror = Mirror(reflecting: value)
    guard mirror.displayStyle == .optional else { return value }
    return mirror.children.first?.value
}

private func object(_ members: [(key: String, value: String)]) -> String {
    let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    return "{" + sorted.map { "\(quoted($0.key)):\($0.value)" }.joined(separator: ",") + "}"
}

private func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": quoted += "\\\""
        case "\\": quoted += "\\\\"
        case "\n": quoted += "\\n"
        case "\t": quoted += "\\t"
        default: quoted.unicodeScalars.append(scalar)
        }
    }
    return quoted + "\""
}

private func fieldName(_ property: String) -> String {
    // The field's own name is a word of Swift's.
    if property == "transport" { return "protocol" }
    var name = ""
    var isInWord = false
    for character in property {
        if character.isUppercase {
            if isInWord { name += "_" }
            isInWord = false
        } else {
            isInWord = true
        }
        name += character.lowercased()
    }
    return name
}
