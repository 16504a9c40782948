internal import Glibc
public import NIOCore
public import NIOPosix
public import WGPilotProtocol

/// One connection to a server, for any number of calls at a time.
///
/// When the connection is lost every call in flight fails with `unavailable`, and so does each later one: make a new
/// client, or use an ``RPCConnector``.
public final class RPCClient: Sendable {
    /// What the server said of itself, and whom it takes this process for.
    public let serverHello: Hello

    private let channel: any Channel
    private let handler: NIOLoopBound<ClientHandler>

    /// How much longer than the deadline a call waits here, so that the server's own answer comes first.
    static let grace: Duration = .seconds(1)

    private init(channel: any Channel, handler: NIOLoopBound<ClientHandler>, serverHello: Hello) {
        self.channel = channel
        self.handler = handler
        self.serverHello = serverHello
    }

    /// Connects to the socket at `path` and exchanges hellos.
    ///
    /// - Parameters:
    ///   - path: The server's socket.
    ///   - agent: What this program calls itself: `wgpilotctl/0.1.0`.
    ///   - maximumFrameLength: The largest response that is accepted, in terms of a frame's length field.
    ///   - timeout: For connecting and for the server's hello together.
    ///   - group: The event loops to use; one thread is plenty.
    /// - Throws: An error whose reason is `socket_missing`, `socket_permission`, `socket_path`, `daemon_not_running` or
    ///   `connect_failed` when there is no connection, `connect_timeout` when the server is silent, `malformed_response`
    ///   when it is no such server, or the server's own: `protocol_version`, `too_many_connections`, `shutting_down`.
    public static func connect(
        path: String,
        agent: String,
        maximumFrameLength: Int = Frame.defaultMaximumLength,
        timeout: Duration = .seconds(5),
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) async throws(RPCError) -> RPCClient {
        do {
            return try await establish(agent: agent, maximumFrameLength, timeout: timeout) { initializer in
                try await ClientBootstrap(group: group)
                    .connectTimeout(TimeAmount(timeout))
                    .connect(unixDomainSocketPath: path, channelInitializer: initializer)
            }
        } catch {
            throw ConnectFailure.rpcError(for: error, path: path)
        }
    }

    /// Takes over a connected socket: the descriptor is closed with the client, and when this throws.
    static func connect(
        descriptor: CInt, agent: String, maximumFrameLength: Int = Frame.defaultMaximumLength,
        timeout: Duration = .seconds(5), group: any EventLoopGroup
    ) async throws(RPCError) -> RPCClient {
        do {
            return try await establish(agent: agent, maximumFrameLength, timeout: timeout) { initializer in
                try await ClientBootstrap(group: group)
                    .withConnectedSocket(descriptor, channelInitializer: initializer)
            }
        } catch {
            throw ConnectFailure.rpcError(for: error, path: "descriptor \(descriptor)")
        }
    }

    private typealias Initialized = (
        channel: any Channel, handler: NIOLoopBound<ClientHandler>, greeting: EventLoopFuture<Hello>
    )

    private static func establish(
        agent: String, _ maximumFrameLength: Int, timeout: Duration,
        connect: (@escaping @Sendable (any Channel) -> EventLoopFuture<Initialized>) async throws -> Initialized
    ) async throws -> RPCClient {
        let limit = UInt32(clamping: max(maximumFrameLength, Frame.leastMaximumLength))
        let hello = Hello(maximumFrameLength: limit, agent: agent)
        let (channel, handler, greeting) = try await connect { channel in
            channel.eventLoop.makeCompletedFuture {
                let handler = ClientHandler(hello: hello, eventLoop: channel.eventLoop)
                try channel.pipeline.syncOperations.addHandler(handler)
                return (channel, NIOLoopBound(handler, eventLoop: channel.eventLoop), handler.greeting.futureResult)
            }
        }
        let timer = channel.eventLoop.scheduleTask(in: TimeAmount(timeout)) {
            handler.value.close(
                RPCError(.unavailable, reason: "connect_timeout", message: "The server did not say hello in time."))
        }
        defer { timer.cancel() }
        return try await withTaskCancellationHandler {
            RPCClient(channel: channel, handler: handler, serverHello: try await greeting.get())
        } onCancel: {
            channel.eventLoop.execute { handler.value.close(ConnectFailure.cancelled) }
        }
    }

    /// Whether the connection still stands, as far as is known.
    public var isConnected: Bool { channel.isActive }

    /// Calls a method and waits for its answer.
    ///
    /// - Parameters:
    ///   - descriptor: The method.
    ///   - input: Its message.
    ///   - timeout: How long the answer may take; the server stops then. If it does not say so within a second more, the
    ///     call fails here. Nil to wait for as long as it takes.
    ///   - metadata: See `Metadata`.
    /// - Throws: The server's error; `cancelled` when the task is cancelled, in which case the server is told to stop;
    ///   `unavailable` with reason `not_connected` when nothing was sent, or `connection_lost` when the call may have
    ///   taken effect; `internal` with reason `malformed_response` when the answer cannot be read.
    public func call<Input, Output>(
        _ descriptor: MethodDescriptor<Input, Output>,
        _ input: Input,
        timeout: Duration? = nil,
        metadata: Metadata = [:]
    ) async throws(RPCError) -> Output {
        let payload = try RPCClient.request(descriptor.info, input, timeout: timeout, metadata)
        let message = try await send(payload, timeout: timeout).get()
        do throws(CBORError) {
            let limits = CBORDecoder.Limits(maximumBytes: message.count)
            return try CBORDecoder(limits: limits).decode(Output.self, from: message)
        } catch {
            throw ClientHandler.malformed("The server's message is malformed: \(error).")
        }
    }

    /// Calls a streaming method. The request leaves with the first call of the iterator's `next()`; leaving the sequence
    /// gives the call up. The parameters are those of ``call(_:_:timeout:metadata:)``.
    public func stream<Input, Output>(
        _ descriptor: StreamDescriptor<Input, Output>,
        _ input: Input,
        timeout: Duration? = nil,
        metadata: Metadata = [:]
    ) -> RPCResponseStream<Output> {
        RPCResponseStream { () throws(RPCError) in
            let payload = try RPCClient.request(descriptor.info, input, timeout: timeout, metadata)
            return self.open(payload, timeout: timeout)
        }
    }

    private func open(_ payload: [UInt8], timeout: Duration?) -> AsyncThrowingStream<[UInt8], any Error> {
        let token = CallToken()
        let localTimeout = timeout.map { TimeAmount(max($0, .zero)) + TimeAmount(RPCClient.grace) }
        let (stream, continuation) = AsyncThrowingStream<[UInt8], any Error>.makeStream()
        let (handler, eventLoop) = (handler, channel.eventLoop)
        eventLoop.execute {
            handler.value.start(token, payload: payload, localTimeout: localTimeout, receiver: .stream(continuation))
        }
        continuation.onTermination = { _ in
            token.markCancelled()
            eventLoop.execute { handler.value.cancel(token) }
        }
        return stream
    }

    private static func request(
        _ method: MethodInfo, _ input: some Encodable, timeout: Duration?, _ metadata: Metadata
    ) throws(RPCError) -> [UInt8] {
        var payload: [UInt8] = []
        do throws(CBORError) {
            let head = RequestHead(
                method: method.fullName, timeoutMilliseconds: timeout.map(RPCClient.milliseconds),
                metadata: metadata)
            try CBOREncoder().encode(head, into: &payload)
            try CBOREncoder().encode(input, into: &payload)
        } catch {
            throw RPCError(
                .internal, reason: "unencodable_request", message: "The request cannot be encoded: \(error).")
        }
        return payload
    }

    /// Closes the connection; calls in flight fail with `unavailable`. Returns when it is closed.
    public func close() async {
        channel.eventLoop.execute { [handler] in handler.value.close(ClientHandler.closedByCaller) }
        try? await channel.closeFuture.get()
    }

    private func send(_ payload: [UInt8], timeout: Duration?) async -> ClientHandler.Outcome {
        let token = CallToken()
        let localTimeout = timeout.map { TimeAmount(max($0, .zero)) + TimeAmount(RPCClient.grace) }
        let (handler, eventLoop) = (handler, channel.eventLoop)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                eventLoop.execute {
                    handler.value.start(
                        token, payload: payload, localTimeout: localTimeout, receiver: .unary(continuation))
                }
            }
        } onCancel: {
            // Marked first: if the call is not yet started this is what stops it.
            token.markCancelled()
            eventLoop.execute { handler.value.cancel(token) }
        }
    }

    /// Rounded up, so that a short timeout does not become none.
    private static func milliseconds(_ duration: Duration) -> UInt64 {
        let (seconds, attoseconds) = max(duration, .zero).components
        let (whole, overflow) = UInt64(clamping: seconds).multipliedReportingOverflow(by: 1000)
        guard !overflow else { return .max }
        let (sum, overflowed) = whole.addingReportingOverflow(
            UInt64(clamping: (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000))
        return overflowed ? .max : sum
    }
}
