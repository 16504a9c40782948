import Hummingbird

/// Counts what another responder answers, and how long it took until the answer began.
struct MeasuringResponder<Responder: HTTPResponder>: HTTPResponder where Responder.Context: RequestContext {
    let responder: Responder
    let metrics: RequestMetrics
    private let clock = ContinuousClock()

    init(responder: Responder, metrics: RequestMetrics) {
        self.responder = responder
        self.metrics = metrics
    }

    func respond(to request: Request, context: Responder.Context) async throws -> Response {
        let start = clock.now
        metrics.begin()
        do {
            let response = try await responder.respond(to: request, context: context)
            end(request, context, response.status.code, start)
            return response
        } catch {
            end(request, context, 500, start)
            throw error
        }
    }

    private func end(
        _ request: Request, _ context: Responder.Context, _ status: Int, _ start: ContinuousClock.Instant
    ) {
        // Where there is no route for the path, the router leaves words of its own there.
        let route = context.endpointPath.flatMap { $0.hasPrefix("/") ? $0 : nil }
        metrics.end(request.method, route: route, status: status, took: start.duration(to: clock.now))
    }
}
