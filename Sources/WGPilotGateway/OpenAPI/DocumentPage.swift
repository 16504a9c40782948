import HTTPTypes

/// The API's document as a page without script and style: it needs nothing of the content security policy.
struct DocumentPage {
    private let routes: [GatewayRouter.Route]

    init(_ routes: [GatewayRouter.Route]) {
        self.routes = routes
    }

    /// The page.
    var bytes: [UInt8] {
        var html = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>WGPilot API</title>
            <meta name="viewport" content="width=device-width"></head><body>
            <h1>WGPilot API</h1>
            <p>For programs: <a href="/api/openapi.json">openapi.json</a> (OpenAPI 3.1).</p>

            """
        var areas: [String] = []
        for route in routes where !areas.contains(route.operation.area) { areas.append(route.operation.area) }
        for area in areas {
            html += "<h2>\(Self.escaped(area))</h2>\n"
            for route in routes where route.operation.area == area { html += section(route) }
        }
        return Array((html + "</body></html>\n").utf8)
    }

    private func section(_ route: GatewayRouter.Route) -> String {
        let operation = route.operation
        var html = "<h3 id=\"\(operation.id)\"><code>\(route.method.rawValue) \(Self.escaped(route.path))</code></h3>\n"
        html += "<p>\(Self.escaped(operation.summary)) "
        switch operation.access {
        case .open: html += "For anybody."
        case .role(let role): html += "For the role \(role) and above."
        }
        html += "</p>\n"
        if !operation.query.isEmpty { html += table("Query", operation.query) }
        if let body = operation.body { html += table("Body: \(body.name)", body.fields) }
        switch operation.answer {
        case .nothing: html += "<p>Answers \(operation.status.code).</p>\n"
        case .object(let schema):
            html += "<details><summary>Answers \(operation.status.code), \(schema.name)</summary>"
            html += table(schema.name, schema.fields) + "</details>\n"
        case .media(let types): html += "<p>Answers \(types.joined(separator: " or ")).</p>\n"
        }
        return html
    }

    private func table(_ title: String, _ fields: [Schema.Field]) -> String {
        var html =
            "<table><caption>\(Self.escaped(title))</caption><thead><tr><th>field</th><th>kind</th><th>meaning</th></tr></thead><tbody>\n"
        for field in fields {
            html += "<tr><td><code>\(field.name)</code>\(field.isRequired ? " (required)" : "")</td>"
            html += "<td>\(Self.escaped(Self.kind(field.shape)))</td><td>\(Self.escaped(field.description))</td></tr>\n"
        }
        return html + "</tbody></table>\n"
    }

    private static func kind(_ shape: Shape) -> String {
        switch shape {
        case .text: "text"
        case .secret: "secret text"
        case .choice(let choices): choices.joined(separator: ", ")
        case .integer(let range):
            range.upperBound == .max
                ? "number from \(range.lowerBound) on" : "\(range.lowerBound) to \(range.upperBound)"
        case .flag: "true or false"
        case .texts, .textList: "list of texts"
        case .identifiers: "list of numbers"
        case .objects(let schema, _), .list(let schema): "list of \(schema.name)"
        case .object(let schema): schema.name
        }
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
