import Hummingbird

/// `/api/openapi.json`, and a page that shows it to people.
struct DocumentRoutes: Routes {
    /// The routes of all areas; those of this one are added to them.
    let others: [any Routes]

    func add(to router: GatewayRouter) {
        let document = Operation("getDocument", area: "System", "This document.", access: .open)
            .with { $0.answer = .media(["application/json"]) }
        let page = Operation("showDocument", area: "System", "This document, for people.", access: .open)
            .with { $0.answer = .media(["text/html"]) }
        let all = GatewayRouter()
        for area in others { area.add(to: all) }
        let none: GatewayRouter.Handler = { _, _ in Response(status: .ok) }
        all.on(.get, "/api/openapi.json", document, none)
        all.on(.get, "/api/docs", page, none)
        let bytes = OpenAPIDocument(all.routes).bytes
        let text = DocumentPage(all.routes).bytes
        router.api(.get, "/api/openapi.json", document) { _ in .bytes(bytes, "application/json") }
        router.api(.get, "/api/docs", page) { _ in .bytes(text, "text/html; charset=utf-8", .ok) }
    }
}
