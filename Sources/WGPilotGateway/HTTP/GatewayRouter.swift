import Hummingbird
import NIOCore

/// Collects the routes of the gateway, each with its part of the API's document.
final class GatewayRouter {
    /// What answers a request. What it throws becomes an answer: an `RPCError` by its status, an ``HTTPFailure`` as it is.
    typealias Handler = @Sendable (Request, GatewayContext) async throws -> Response

    /// A route that was added.
    struct Route: Sendable {
        let method: HTTPRequest.Method
        /// The path with its parameters in braces: `/api/networks/{network}`.
        let path: String
        let operation: Operation
        let handler: Handler
    }

    /// In the order in which they were added.
    private(set) var routes: [Route] = []

    /// Adds a route whose handler reads the request by itself.
    func on(_ method: HTTPRequest.Method, _ path: String, _ operation: Operation, _ handler: @escaping Handler) {
        routes.append(
            Route(method: method, path: path, operation: operation) { request, context in
                try Self.admit(request, context, operation)
                return try await handler(request, context)
            })
    }

    /// Adds a route whose query and body are read by what the operation says of them.
    func api(
        _ method: HTTPRequest.Method, _ path: String, _ operation: Operation,
        _ handler: @escaping @Sendable (APIRequest) async throws -> Response
    ) {
        on(method, path, operation) { request, context in
            let query = try Query.read(request.uri.query, operation.query)
            let bytes = try await Self.bytes(of: request, operation)
            let body = try Self.object(bytes, request, operation)
            return try await handler(APIRequest(request: request, context: context, query: query, body: body))
        }
    }

    /// Refuses who shows nothing where something is needed, and who takes nothing that is answered.
    private static func admit(
        _ request: Request, _ context: GatewayContext, _ operation: Operation
    ) throws(HTTPFailure) {
        if operation.access != .open, context.credential == nil {
            throw HTTPFailure(
                .unauthorized, "no_session", "Log in first, or send an API token.",
                headers: [.wwwAuthenticate: "Bearer realm=\"wgpilot\""])
        }
        if let accept = request.headers[.accept], !MediaRange.accepts(accept, anyOf: operation.mediaTypes) {
            throw HTTPFailure(
                .notAcceptable, "not_acceptable",
                "This is answered as \(operation.mediaTypes.joined(separator: " or ")), which Accept does not allow.")
        }
    }

    private static func bytes(of request: Request, _ operation: Operation) async throws -> [UInt8] {
        let tooLarge = HTTPFailure(
            .contentTooLarge, "body_too_large", "The body is larger than \(operation.largestBody) bytes.",
            headers: [.connection: "close"])
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > operation.largestBody {
            throw tooLarge
        }
        do {
            let buffer = try await request.body.collect(upTo: operation.largestBody)
            return Array(buffer.readableBytesView)
        } catch is NIOTooManyBytesError {
            throw tooLarge
        }
    }

    private static func object(
        _ bytes: [UInt8], _ request: Request, _ operation: Operation
    ) throws(HTTPFailure) -> RequestObject {
        let nothing = JSONValue.object([])
        guard let schema = operation.body else {
            if bytes.isEmpty { return try RequestObject.read(nothing, Schema("Nothing", [])) }
            throw HTTPFailure(.badRequest, "bad_request", "This request takes no body.")
        }
        if bytes.isEmpty, operation.isBodyOptional { return try RequestObject.read(nothing, schema) }
        guard MediaRange.isJSON(request.headers[.contentType] ?? "") else {
            throw HTTPFailure(
                .unsupportedMediaType, "media_type", "The body must be application/json in UTF-8.",
                headers: [.acceptPost: "application/json"])
        }
        let value: JSONValue
        do {
            value = try JSONReader.read(bytes)
        } catch {
            throw HTTPFailure(
                .badRequest, "invalid_json", "The body is not JSON: \(error.message), at byte \(error.offset).")
        }
        return try RequestObject.read(value, schema)
    }
}
