/// The routes of one area: `struct NetworkRoutes: Routes`. `Gateway` lists the areas.
protocol Routes: Sendable {
    /// Adds them, with what the API's document says of each.
    func add(to router: GatewayRouter)
}
