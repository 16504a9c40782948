import HTTPTypes
import WGPilotJSON

/// The API's document: OpenAPI 3.1, made of what the routes say of themselves.
struct OpenAPIDocument {
    private let routes: [GatewayRouter.Route]
    private var schemas: [String: Schema] = [:]
    private var requests: Set<String> = []

    init(_ routes: [GatewayRouter.Route]) {
        self.routes = routes
        for route in routes {
            if let body = route.operation.body {
                collect(body)
                requests.insert(body.name)
            }
            if case .object(let schema) = route.operation.answer { collect(schema) }
        }
        collect(Schemas.failure)
    }

    private mutating func collect(_ schema: Schema) {
        schemas[schema.name] = schema
        for field in schema.fields {
            switch field.shape {
            case .object(let inner), .list(let inner): collect(inner)
            case .objects(let inner, _):
                collect(inner)
                requests.insert(inner.name)
            default: break
            }
        }
    }

    /// The document.
    var bytes: [UInt8] {
        var json = JSONText()
        json.object { json in
            json.field("openapi", "3.1.0")
            json.field("info") { json in
                json.object { json in
                    json.field("title", "WGPilot")
                    json.field("version", BuildInformation.version)
                    json.field(
                        "description",
                        "Networks and peers of a WireGuard hub. docs/api.md has the conventions that all paths share.")
                }
            }
            json.field("servers") { json in
                json.array(["/"]) { json, url in json.object { $0.field("url", url) } }
            }
            json.field("tags") { json in
                json.array(areas) { json, area in json.object { $0.field("name", area) } }
            }
            json.field("paths") { paths(&$0) }
            json.field("components") { components(&$0) }
        }
        return json.utf8
    }

    private var areas: [String] {
        var areas: [String] = []
        for route in routes where !areas.contains(route.operation.area) { areas.append(route.operation.area) }
        return areas
    }

    // MARK: Paths

    private func paths(_ json: inout JSONText) {
        var order: [String] = []
        for route in routes where !order.contains(route.path) { order.append(route.path) }
        json.object { json in
            for path in order {
                json.field(named: path) { json in
                    json.object { json in
                        for route in routes where route.path == path {
                            json.field(named: route.method.rawValue.lowercased()) { operation(route, &$0) }
                        }
                    }
                }
            }
        }
    }

    private func operation(_ route: GatewayRouter.Route, _ json: inout JSONText) {
        let operation = route.operation
        json.object { json in
            json.field("operationId", operation.id)
            json.field("summary", operation.summary)
            json.field("tags", [operation.area])
            if case .role(let role) = operation.access { json.field("description", "For the role \(role) and above.") }
            json.field("security") { json in
                json.openArray()
                if operation.access != .open {
                    for scheme in ["token", "session"] {
                        json.element { json in
                            json.object { json in json.field(named: scheme) { $0.array([String]()) { $0.value($1) } } }
                        }
                    }
                }
                json.closeArray()
            }
            json.field("parameters") { parameters(route, &$0) }
            if let body = operation.body {
                json.field("requestBody") { json in
                    json.object { json in
                        json.field("required", !operation.isBodyOptional)
                        json.field("content") { json in
                            json.object { json in
                                json.field("application/json") { json in
                                    json.object { json in
                                        json.field("schema") { Self.reference(body.name, &$0) }
                                        json.field("example") { example(body, &$0) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
            json.field("responses") { responses(operation, &$0) }
        }
    }

    private func parameters(_ route: GatewayRouter.Route, _ json: inout JSONText) {
        json.openArray()
        for segment in route.path.split(separator: "/") where segment.hasPrefix("{") {
            let name = String(segment.dropFirst().dropLast())
            json.element { json in
                json.object { json in
                    json.field("name", name)
                    json.field("in", "path")
                    json.field("required", true)
                    json.field("description", Self.pathParameter(name))
                    json.field("schema") { json in
                        json.object { json in
                            if ["bridge", "rule", "link", "session"].contains(name) {
                                json.field("type", "integer")
                                json.field("minimum", 1)
                                json.field("maximum", Int64.max)
                            } else {
                                json.field("type", "string")
                                json.field("minLength", 1)
                                json.field("maxLength", 128)
                            }
                        }
                    }
                    json.field("example") {
                        Self.write(.text("1"), &$0, asNumber: ["bridge", "rule", "link", "session"].contains(name))
                    }
                }
            }
        }
        for field in route.operation.query {
            json.element { json in
                json.object { json in
                    json.field("name", field.name)
                    json.field("in", "query")
                    json.field("required", field.isRequired)
                    json.field("description", field.description)
                    json.field("schema") { shape(field.shape, inRequest: true, nullable: false, &$0) }
                    if let example = field.example { json.field("example") { Self.write(example, &$0) } }
                }
            }
        }
        if route.operation.isCreation {
            json.element { json in
                Self.header(
                    "Idempotency-Key", "By what the creation is known again where it is repeated.", required: false,
                    pattern: "^[A-Za-z0-9._-]{1,64}$", &json)
            }
        }
        if route.operation.needsVersion || route.operation.heedsVersion {
            json.element { json in
                Self.header(
                    "If-Match", "The ETag that the change goes by, or *.", required: route.operation.needsVersion,
                    pattern: "^(\\*|\"v[0-9]{1,18}\")$",
                    &json)
            }
        }
        json.closeArray()
    }

    private static func header(
        _ name: String, _ description: String, required: Bool, pattern: String, _ json: inout JSONText
    ) {
        json.object { json in
            json.field("name", name)
            json.field("in", "header")
            json.field("required", required)
            json.field("description", description)
            json.field("schema") { json in
                json.object { json in
                    json.field("type", "string")
                    json.field("pattern", pattern)
                }
            }
            json.field("example", name == "If-Match" ? "*" : "3f0c8a52")
        }
    }

    private static func pathParameter(_ name: String) -> String {
        switch name {
        case "network", "peer": "The number, or the name, percent-encoded."
        case "user", "token": "The name, or the number where none has that name."
        default: "The number."
        }
    }

    private func responses(_ operation: Operation, _ json: inout JSONText) {
        json.object { json in
            json.field(named: String(operation.status.code)) { json in success(operation, &json) }
            // A dry run of a creation makes nothing.
            if operation.status == .created, operation.query.contains(where: { $0.name == "dry_run" }) {
                json.field("200") { success(operation, &$0) }
            }
            json.field("default") { json in
                json.object { json in json.field("$ref", "#/components/responses/Failure") }
            }
        }
    }

    private func success(_ operation: Operation, _ json: inout JSONText) {
        json.object { json in
            json.field("description", operation.summary)
            json.field("headers") { json in
                json.object { json in
                    Self.responseHeader("X-Request-Id", "What the logs have the request under.", &json)
                    if operation.hasVersion { Self.responseHeader("ETag", "The version, for If-Match.", &json) }
                }
            }
            switch operation.answer {
            case .nothing: break
            case .object(let schema):
                json.field("content") { json in
                    json.object { json in
                        json.field("application/json") { json in
                            json.object { json in json.field("schema") { Self.reference(schema.name, &$0) } }
                        }
                    }
                }
            case .media(let types):
                json.field("content") { json in
                    json.object { json in
                        for type in types {
                            json.field(named: type) { json in
                                json.object { json in
                                    json.field("schema") { json in json.object { $0.field("type", "string") } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    private static func responseHeader(_ name: StaticString, _ description: String, _ json: inout JSONText) {
        json.field(name) { json in
            json.object { json in
                json.field("description", description)
                json.field("schema") { json in json.object { $0.field("type", "string") } }
            }
        }
    }

    // MARK: Components

    private func components(_ json: inout JSONText) {
        json.object { json in
            json.field("securitySchemes") { json in
                json.object { json in
                    json.field("token") { json in
                        json.object { json in
                            json.field("type", "http")
                            json.field("scheme", "bearer")
                            json.field("description", "An API token: wgp_…")
                        }
                    }
                    json.field("session") { json in
                        json.object { json in
                            json.field("type", "apiKey")
                            json.field("in", "cookie")
                            json.field("name", SessionCookie.name(isSecure: true))
                            json.field("description", "The session of a browser.")
                        }
                    }
                }
            }
            json.field("responses") { json in
                json.object { json in
                    json.field("Failure") { json in
                        json.object { json in
                            json.field("description", "What went wrong; docs/api.md lists the statuses and codes.")
                            json.field("content") { json in
                                json.object { json in
                                    json.field("application/json") { json in
                                        json.object { json in
                                            json.field("schema") { Self.reference("Failure", &$0) }
                                            json.field("example") { example(Schemas.failure, &$0) }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
            json.field("schemas") { json in
                json.object { json in
                    for (name, schema) in schemas.sorted(by: { $0.key < $1.key }) {
                        json.field(named: name) { object(schema, &$0) }
                    }
                }
            }
        }
    }

    private func object(_ schema: Schema, _ json: inout JSONText) {
        let inRequest = requests.contains(schema.name)
        json.object { json in
            json.field("type", "object")
            json.field("additionalProperties", false)
            let required = schema.fields.filter(\.isRequired).map(\.name)
            if !required.isEmpty { json.field("required", required) }
            json.field("properties") { json in
                json.object { json in
                    for field in schema.fields {
                        json.field(named: field.name) { json in
                            shape(
                                field.shape, inRequest: inRequest, nullable: field.mayBeNull,
                                description: field.description, &json)
                        }
                    }
                }
            }
        }
    }

    private func shape(
        _ shape: Shape, inRequest: Bool, nullable: Bool, description: String? = nil, _ json: inout JSONText
    ) {
        json.object { json in
            json.field("description", description)
            switch shape {
            case .text(let longest, let pattern):
                Self.type("string", nullable, &json)
                json.field("maxLength", longest)
                json.field("pattern", pattern?.expression ?? (inRequest ? Self.withoutNUL : nil))
            case .secret(let longest):
                Self.type("string", nullable, &json)
                json.field("maxLength", longest)
                json.field("pattern", inRequest ? Self.withoutNUL : nil)
                json.field("format", "password")
            case .choice(let choices):
                if nullable {
                    json.field("enum") { json in
                        json.array(choices.map(Optional.some) + [nil]) { json, choice in
                            if let choice { json.value(choice) } else { json.null() }
                        }
                    }
                } else {
                    json.field("type", "string")
                    json.field("enum", choices)
                }
            case .integer(let range):
                Self.type("integer", nullable, &json)
                json.field("minimum", range.lowerBound)
                json.field("maximum", range.upperBound)
            case .flag: Self.type("boolean", nullable, &json)
            case .texts(let longest, let pattern):
                texts(longest, pattern, nullable, &json)
            case .identifiers(let most):
                json.field("type", "array")
                json.field("minItems", 1)
                json.field("maxItems", most)
                json.field("items") { json in
                    json.object { json in
                        json.field("type", "integer")
                        json.field("minimum", 1)
                        json.field("maximum", Int64.max)
                    }
                }
            case .objects(let inner, let most):
                json.field("type", "array")
                json.field("minItems", 1)
                json.field("maxItems", most)
                json.field("items") { Self.reference(inner.name, &$0) }
            case .object(let inner): json.field("$ref", "#/components/schemas/\(inner.name)")
            case .list(let inner):
                json.field("type", "array")
                json.field("items") { Self.reference(inner.name, &$0) }
            case .textList:
                json.field("type", "array")
                json.field("items") { json in json.object { $0.field("type", "string") } }
            }
        }
    }

    private func texts(_ longest: Int, _ pattern: Shape.Pattern?, _ nullable: Bool, _ json: inout JSONText) {
        json.field("anyOf") { json in
            json.openArray()
            json.element { json in
                json.object { json in
                    json.field("type", "array")
                    json.field("maxItems", 10_000)
                    json.field("items") { json in
                        json.object { json in
                            json.field("type", "string")
                            json.field("maxLength", longest)
                            json.field("pattern", pattern?.expression ?? Self.withoutNUL)
                        }
                    }
                }
            }
            json.element { json in
                json.object { json in
                    json.field("type", "string")
                    json.field("description", "The same with commas.")
                    json.field("maxLength", longest)
                    json.field("pattern", pattern?.expression ?? Self.withoutNUL)
                }
            }
            if nullable { json.element { json in json.object { $0.field("type", "null") } } }
            json.closeArray()
        }
    }

    /// Texts hold no NUL.
    private static let withoutNUL = "^[^\\u0000]*$"

    private static func type(_ name: String, _ nullable: Bool, _ json: inout JSONText) {
        if nullable { json.field("type", [name, "null"]) } else { json.field("type", name) }
    }

    private static func reference(_ name: String, _ json: inout JSONText) {
        json.object { $0.field("$ref", "#/components/schemas/\(name)") }
    }

    // MARK: Examples

    private func example(_ schema: Schema, _ json: inout JSONText) {
        json.object { json in
            for field in schema.fields {
                switch field.shape {
                case .object(let inner) where field.isRequired: json.field(named: field.name) { example(inner, &$0) }
                case .list(let inner) where field.isRequired:
                    json.field(named: field.name) { json in json.array([inner]) { example($1, &$0) } }
                default:
                    if let value = field.example {
                        json.field(named: field.name) { Self.write(value, &$0) }
                    } else if field.isRequired, case .secret = field.shape {
                        json.field(named: field.name) { $0.value("correct horse battery staple".prefixed(field)) }
                    }
                }
            }
        }
    }

    private static func write(_ value: JSONValue, _ json: inout JSONText, asNumber: Bool = false) {
        switch value {
        case .text(let text): if asNumber, let number = Int64(text) { json.value(number) } else { json.value(text) }
        case .integer(let number): json.value(number)
        case .bool(let flag): json.value(flag)
        default: json.null()
        }
    }
}

extension String {
    /// An example of a secret that fits the field.
    fileprivate func prefixed(_ field: Schema.Field) -> String { field.name == "code" ? "123456" : self }
}
