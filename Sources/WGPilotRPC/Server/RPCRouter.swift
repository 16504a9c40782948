public import WGPilotProtocol

/// The methods that a server has, each with its handler, and the interceptors around all of them.
public struct RPCRouter: Sendable {
    /// Writes one message of a stream.
    typealias StreamWriter = @Sendable ([UInt8]) async throws(RPCError) -> Void

    private struct Entry: Sendable {
        let info: MethodInfo
        /// Decodes the message, runs the handler, encodes the response; a stream's messages go to the writer instead.
        let respond: @Sendable (RequestBody, ServerContext, @escaping StreamWriter) async throws -> [UInt8]
    }

    /// The payload of a request, whose message begins at the offset.
    struct RequestBody: Sendable {
        let bytes: [UInt8]
        let offset: Int

        func message<Input: Decodable>(_ type: Input.Type) throws(RPCError) -> Input {
            do throws(CBORError) {
                return try CBORDecoder().decode(type, from: bytes, after: offset)
            } catch {
                throw RPCError(
                    .invalidArgument, reason: "malformed_message",
                    message: "The request's message is malformed: \(error).")
            }
        }
    }

    private var entries: [String: Entry] = [:]
    private let interceptors: [any ServerInterceptor]

    /// Makes a router without methods. The first interceptor is the outermost.
    public init(interceptors: [any ServerInterceptor] = []) {
        self.interceptors = interceptors
    }

    /// All methods, sorted by name.
    public var methods: [MethodInfo] {
        entries.values.map(\.info).sorted { $0.fullName < $1.fullName }
    }

    /// Adds a method. Registering a name twice is a mistake of the program and stops it.
    ///
    /// The handler runs in a task of its own, which is cancelled when the caller gives up, the deadline passes or the
    /// connection is lost; it should then end soon. What it throws becomes the status: an `RPCError` as it is, an
    /// `RPCErrorConvertible` by its conversion, anything else `internal` without detail.
    public mutating func register<Input, Output>(
        _ descriptor: MethodDescriptor<Input, Output>,
        handler: @escaping @Sendable (Input, ServerContext) async throws -> Output
    ) {
        add(descriptor.info) { body, context, _ in
            try CBOREncoder().encode(try await handler(body.message(Input.self), context))
        }
    }

    /// Adds a method that answers with a stream, which ends when the handler returns or throws. The rest is as above.
    public mutating func register<Input, Output>(
        _ descriptor: StreamDescriptor<Input, Output>,
        handler: @escaping @Sendable (Input, ServerContext, ResponseStream<Output>) async throws -> Void
    ) {
        add(descriptor.info) { body, context, writer in
            try await handler(body.message(Input.self), context, ResponseStream(write: writer))
            return []
        }
    }

    private mutating func add(
        _ info: MethodInfo,
        respond: @escaping @Sendable (RequestBody, ServerContext, @escaping StreamWriter) async throws -> [UInt8]
    ) {
        let previous = entries.updateValue(Entry(info: info, respond: respond), forKey: info.fullName)
        precondition(previous == nil, "\(info.fullName) is registered twice.")
    }

    func info(of method: String) -> MethodInfo? {
        entries[method]?.info
    }

    /// Runs a call through the interceptors to the handler. The answer to a streaming call is empty.
    func respond(
        to body: RequestBody, _ context: ServerContext, writer: @escaping StreamWriter
    ) async throws -> [UInt8] {
        guard let entry = entries[context.method.fullName] else {
            throw RPCError(.unimplemented, reason: "unknown_method", message: "There is no such method.")
        }
        return try await run(entry, body, context, writer, after: 0)
    }

    private func run(
        _ entry: Entry, _ body: RequestBody, _ context: ServerContext, _ writer: @escaping StreamWriter,
        after index: Int
    ) async throws -> [UInt8] {
        guard index < interceptors.count else { return try await entry.respond(body, context, writer) }
        return try await interceptors[index].intercept(context) { context in
            try await run(entry, body, context, writer, after: index + 1)
        }
    }
}
