import HTTPTypes

/// Which methods a path has, for requests that no route answers.
struct RouteIndex: Sendable {
    private let routes: [(segments: [Substring], method: HTTPRequest.Method)]

    init(_ routes: [GatewayRouter.Route]) {
        self.routes = routes.map { ($0.path.split(separator: "/"), $0.method) }
    }

    /// The methods that the path can be asked with; empty for a path that is nobody's.
    func methods(of path: String) -> [String] {
        let segments = path.split(separator: "/")
        let matches = routes.filter { route in
            route.segments.count == segments.count
                && zip(route.segments, segments).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
        }
        // As the router has it: what is spelt out hides what is a parameter in its place.
        let fewest = matches.map { $0.segments.count { $0.hasPrefix("{") } }.min()
        var methods: Set<String> = []
        for route in matches where route.segments.count(where: { $0.hasPrefix("{") }) == fewest {
            methods.insert(route.method.rawValue)
            if route.method == .get { methods.insert("HEAD") }
        }
        return methods.isEmpty ? [] : methods.union(["OPTIONS"]).sorted()
    }
}
