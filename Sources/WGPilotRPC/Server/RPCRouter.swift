public import WGPilotProtocol

/// The methods that a server has, each with its handler, and the interceptors around all of them.
public struct RPCRouter: Sendable {
    private struct Entry: Sendable {
        let info: MethodInfo
        /// Decodes the message at the offset, runs the handler, encodes the response.
        let respond: @Sendable (ArraySlice<UInt8>, ServerContext) async throws -> [UInt8]
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
        let entry = Entry(info: descriptor.info) { bytes, context in
            let input: Input
            do throws(CBORError) {
                input = try CBORDecoder().decode(Input.self, from: Array(bytes))
            } catch {
                throw RPCError(
                    .invalidArgument, reason: "malformed_message",
                    message: "The request's message is malformed: \(error).")
            }
            let output = try await handler(input, context)
            return try CBOREncoder().encode(output)
        }
        let previous = entries.updateValue(entry, forKey: descriptor.fullName)
        precondition(previous == nil, "\(descriptor.fullName) is registered twice.")
    }

    func info(of method: String) -> MethodInfo? {
        entries[method]?.info
    }

    /// Runs a call through the interceptors to the handler.
    func respond(to message: ArraySlice<UInt8>, _ context: ServerContext) async throws -> [UInt8] {
        guard let entry = entries[context.method.fullName] else {
            throw RPCError(.unimplemented, reason: "unknown_method", message: "There is no such method.")
        }
        return try await run(entry, message, context, after: 0)
    }

    private func run(
        _ entry: Entry, _ message: ArraySlice<UInt8>, _ context: ServerContext, after index: Int
    ) async throws -> [UInt8] {
        guard index < interceptors.count else { return try await entry.respond(message, context) }
        return try await interceptors[index].intercept(context) { context in
            try await run(entry, message, context, after: index + 1)
        }
    }
}
