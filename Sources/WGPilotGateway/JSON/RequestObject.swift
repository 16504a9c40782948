import HTTPTypes
import Hummingbird
import WGPilotProtocol

/// The fields of a request, each of which is what its schema says.
struct RequestObject: Sendable {
    private let values: [String: JSONValue]

    /// The names of fields that are `null`: to be set back to their default.
    let cleared: [String]

    /// Reads an object by its schema. All faults of all fields are told at once, up to ``RequestFaults/most``.
    static func read(_ value: JSONValue, _ schema: Schema) throws(HTTPFailure) -> RequestObject {
        var faults = RequestFaults()
        let object = RequestObject(value, schema, at: "", &faults)
        if !faults.isEmpty { throw .invalidFields(faults.all) }
        return object
    }

    private init(_ value: JSONValue, _ schema: Schema, at path: String, _ faults: inout RequestFaults) {
        var values: [String: JSONValue] = [:]
        var cleared: [String] = []
        // Whose fault was told, so that none of them is told to be missing.
        var faulty: Set<String> = []
        if case .object(let fields) = value {
            for (name, value) in fields {
                // Whoever sends so many does not send them by mistake.
                if faults.isFull { break }
                guard let field = schema.fields.first(where: { $0.name == name }) else {
                    let known = Self.readOnly.contains(name) ? "cannot be set" : "is not a field of this request"
                    faults.add(path + Self.printable(name), known)
                    continue
                }
                if values[name] != nil || cleared.contains(name) {
                    faults.add(path + name, "is there twice")
                    faulty.insert(name)
                } else if value == .null, field.mayBeNull {
                    cleared.append(name)
                } else if let fault = field.shape.check(value) {
                    faults.add(path + name, fault)
                    faulty.insert(name)
                } else {
                    values[name] = value
                    if case .objects(let inner, _) = field.shape, case .array(let elements) = value {
                        for (index, element) in elements.enumerated() where !faults.isFull {
                            _ = RequestObject(element, inner, at: "\(path)\(name)[\(index)].", &faults)
                        }
                    }
                }
            }
            for field in schema.fields
            where field.isRequired && values[field.name] == nil && !faulty.contains(field.name) {
                faults.add(path + field.name, "is missing")
            }
        } else {
            let field = path.isEmpty ? "" : String(path.dropLast())
            faults.add(field, "is an object, not \(value.kind)")
        }
        self.values = values
        self.cleared = cleared
    }

    /// Fields of answers that no request sets.
    private static let readOnly: Set = [
        "id", "network_id", "created_at", "updated_at", "online", "last_handshake", "transfer_rx", "transfer_tx",
        "allowed_ips", "addresses", "interface", "public_key", "enabled", "peers",
    ]

    /// A name that somebody sent, cut and without characters that a terminal obeys.
    private static func printable(_ name: String) -> String {
        String(
            String.UnicodeScalarView(
                name.unicodeScalars.prefix(64).map {
                    $0.properties.isWhitespace
                        || $0.properties.generalCategory == .control ? "?" : $0
                }))
    }

    /// Whether the field is there.
    func has(_ name: String) -> Bool { values[name] != nil }

    func text(_ name: String) -> String? {
        if case .text(let text) = values[name] { text } else { nil }
    }

    func secret(_ name: String) -> SecretText? { text(name).map { SecretText($0) } }

    func integer(_ name: String) -> Int64? {
        if case .integer(let number) = values[name] { number } else { nil }
    }

    func flag(_ name: String) -> Bool? {
        if case .bool(let flag) = values[name] { flag } else { nil }
    }

    func texts(_ name: String) -> [String]? {
        switch values[name] {
        case .text(let text): return Shape.items(text)
        case .array(let values):
            return values.compactMap { if case .text(let text) = $0 { text } else { nil } }
        default: return nil
        }
    }

    func identifiers(_ name: String) -> [Int64] {
        guard case .array(let values) = values[name] else { return [] }
        return values.compactMap { if case .integer(let number) = $0 { number } else { nil } }
    }

    func objects(_ name: String, _ schema: Schema) -> [RequestObject] {
        guard case .array(let values) = values[name] else { return [] }
        var unused = RequestFaults()
        return values.map { RequestObject($0, schema, at: "", &unused) }
    }
}

extension HTTPFailure {
    /// Fields that are not what they must be.
    ///
    /// - Parameter status: 400 for a wrong form, 422 for fields that do not go together.
    static func invalidFields(
        _ faults: [FieldViolation], code: String = "invalid_fields", status: HTTPResponse.Status = .badRequest
    ) -> HTTPFailure {
        let message: String
        if let only = faults.first, faults.count == 1 {
            message = only.field.isEmpty ? "The body \(only.message)." : "\(only.field): \(only.message)"
        } else {
            message =
                faults.count > RequestFaults.most
                ? "More than \(RequestFaults.most) fields are not valid." : "\(faults.count) fields are not valid."
        }
        return HTTPFailure(status, code, message, fields: faults)
    }
}
