import Hummingbird
import NIOCore
import WGPilotProtocol

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
    private let gate: CallerGate?
    private let bodies: BodyBudget

    /// - Parameters:
    ///   - gate: Who lets requests in; nil where the routes are only looked at.
    ///   - bodies: The room for their bodies.
    init(gate: CallerGate? = nil, bodies: BodyBudget = BodyBudget()) {
        self.gate = gate
        self.bodies = bodies
    }

    /// Adds a route whose handler reads the request by itself.
    func on(_ method: HTTPRequest.Method, _ path: String, _ operation: Operation, _ handler: @escaping Handler) {
        add(method, path, operation) { request, context, _ in try await handler(request, context) }
    }

    private func add(
        _ method: HTTPRequest.Method, _ path: String, _ operation: Operation,
        _ handler: @escaping @Sendable (Request, GatewayContext, _ largestBody: Int) async throws -> Response
    ) {
        // What is open and only read asks the daemon for nothing, or for all at once, or has a gate of its own.
        let isCounted = operation.access == .open && method != .get
        let gate = gate
        routes.append(
            Route(method: method, path: path, operation: operation) { request, context in
                try Self.admit(request, context, operation)
                var largest = operation.largestBody
                if let gate {
                    if isCounted || !operation.confirmsCaller {
                        try gate.admit(isCounted ? nil : context.credential, context)
                    } else if operation.access != .open, let credential = context.credential {
                        let role = try await gate.role(of: credential, context)
                        if !operation.access.isMet(by: role) { largest = min(largest, APIRequest.largestRefusedBody) }
                    }
                }
                do {
                    return try await handler(request, context, largest)
                } catch let error as RPCError where error.code == .unauthenticated {
                    if let credential = context.credential { gate?.forget(credential) }
                    throw error
                }
            })
    }

    /// Adds a route whose query and body are read by what the operation says of them.
    func api(
        _ method: HTTPRequest.Method, _ path: String, _ operation: Operation,
        _ handler: @escaping @Sendable (APIRequest) async throws -> Response
    ) {
        let bodies = bodies
        add(method, path, operation) { request, context, largest in
            let query = try Query.read(request.uri.query, operation.query)
            let share = BodyBudget.Share(of: bodies, isOpen: operation.access == .open)
            // What is made of it takes room as well, until it is answered.
            defer { share.end() }
            let bytes = try await Self.bytes(of: request, operation, largest, share)
            let body = try Self.object(bytes, request, operation)
            let read = APIRequest(request: request, context: context, query: query, body: body)
            // A key that is none is refused, whatever becomes of the rest.
            if operation.isCreation { _ = try read.idempotencyKey() }
            return try await handler(read)
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

    private static func bytes(
        of request: Request, _ operation: Operation, _ largest: Int, _ share: BodyBudget.Share
    ) async throws -> [UInt8] {
        let said = request.headers[.contentLength]
        // RFC 9112 §6.3: such a request has no body.
        if said == nil, request.headers[.transferEncoding] == nil { return [] }
        if let length = said.flatMap({ Int($0) }), length > largest { throw tooLarge(operation, largest) }
        var bytes: [UInt8] = []
        for try await part in request.body {
            guard bytes.count + part.readableBytes <= largest else { throw tooLarge(operation, largest) }
            try share.take(part.readableBytes)
            bytes += part.readableBytesView
        }
        return bytes
    }

    private static func tooLarge(_ operation: Operation, _ largest: Int) -> HTTPFailure {
        if largest < operation.largestBody {
            return HTTPFailure(
                .forbidden, "role", "This needs a role that the caller does not have.",
                headers: [.connection: "close"])
        }
        return HTTPFailure(
            .contentTooLarge, "body_too_large", "The body is larger than \(largest) bytes.",
            headers: [.connection: "close"])
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
