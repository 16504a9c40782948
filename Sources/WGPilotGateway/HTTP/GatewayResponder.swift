import Hummingbird
import Logging
import NIOHTTP1
import WGPilotProtocol

/// Answers requests: checks them, finds the route, lets its handler answer, and tells failures in the one shape that they
/// have.
struct GatewayResponder: HTTPResponder {
    private let router: RouterResponder<GatewayContext>
    private let index: RouteIndex
    private let policy: RequestPolicy
    private let files: StaticFiles
    private let metrics: RequestMetrics
    private let logger: Logger

    init(
        routes: [GatewayRouter.Route], policy: RequestPolicy, files: StaticFiles, metrics: RequestMetrics,
        logger: Logger
    ) {
        let router = Router(context: GatewayContext.self, options: .autoGenerateHeadEndpoints)
        for route in routes {
            // What a handler throws is told here: the router would make other answers of some errors.
            router.on(RouterPath(route.path), method: route.method) { request, context in
                do {
                    return try await route.handler(request, context)
                } catch {
                    if let error = error as? RPCError { metrics.rpcFailed(error.code.name) }
                    return Self.failed(error, request, context)
                }
            }
        }
        self.router = router.buildResponder()
        index = RouteIndex(routes)
        self.policy = policy
        self.files = files
        self.metrics = metrics
        self.logger = logger
    }

    func respond(to request: Request, context: GatewayContext) async throws -> Response {
        let start = ContinuousClock.now
        var context = context
        var response: Response
        var isKnown = true
        do throws(HTTPFailure) {
            try policy.admit(request, &context)
            response = await route(request, context, &isKnown)
        } catch {
            isKnown = false
            response = FailureAnswer.answer(error, requestID: context.requestID)
        }
        response.headers[.requestID] = context.requestID
        SecurityFields.add(to: &response.headers, isSecure: context.isSecure, path: request.uri.path)
        log(request, response, context, isKnown, start.duration(to: .now))
        return response
    }

    private func route(_ request: Request, _ context: GatewayContext, _ isKnown: inout Bool) async -> Response {
        let found: Response
        do {
            found = try await router.respond(to: request, context: context)
        } catch {
            return Self.failed(error, request, context)
        }
        guard context.endpointPath == "NotFound" else { return found }
        let methods = index.methods(of: request.uri.path)
        if !methods.isEmpty {
            let allow: HTTPFields = [.allow: methods.joined(separator: ", ")]
            if request.method == .options { return Response(status: .noContent, headers: allow) }
            return FailureAnswer.answer(
                HTTPFailure(
                    .methodNotAllowed, "method_not_allowed",
                    "This path can be asked with \(methods.joined(separator: ", ")).", headers: allow),
                requestID: context.requestID)
        }
        if let file = files.response(to: request) { return file }
        isKnown = false
        return FailureAnswer.answer(
            HTTPFailure(.notFound, "no_such_path", "There is nothing at this path."), requestID: context.requestID)
    }

    private static func failed(_ error: any Error, _ request: Request, _ context: GatewayContext) -> Response {
        if !(error is HTTPFailure), !(error is RPCError), !(error is HTTPParserError), !(error is CancellationError) {
            context.logger.error(
                "request failed", metadata: ["request.id": "\(context.requestID)", "error": "\(type(of: error))"])
        }
        return FailureAnswer.of(error, requestID: context.requestID)
    }

    /// One line for each request: no query, no field of the head, and no path that is not ours, as any of them may hold a
    /// secret.
    private func log(
        _ request: Request, _ response: Response, _ context: GatewayContext, _ isKnown: Bool, _ time: Duration
    ) {
        logger.info(
            "request",
            metadata: [
                "request.id": "\(context.requestID)", "client": "\(context.clientAddress)",
                "method": "\(request.method.rawValue.prefix(16))",
                "path": "\(isKnown ? LoggedPath.of(request.uri.path) : "-")",
                "status": "\(response.status.code)",
                "ms": "\(time.components.seconds * 1000 + time.components.attoseconds / 1_000_000_000_000_000)",
            ])
    }
}
