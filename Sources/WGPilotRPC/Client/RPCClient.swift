public import NIOCore
public import NIOPosix
internal import Synchronization
public import WGPilotProtocol

/// A client of the server at a socket, for any number of calls at a time, on one connection.
///
/// One that is made with ``init(path:agent:retry:keepalive:maximumFrameLength:connectTimeout:group:)`` connects when it
/// is first needed, and again when its connection was lost or the server said that it goes away. Calls that fail
/// meanwhile are made again as its ``RetryPolicy`` says, where that cannot do anything twice.
///
/// One that ``connect(path:agent:maximumFrameLength:timeout:keepalive:group:)`` returns has the one connection: once it
/// is lost, every call in flight and each later one fails with `unavailable`.
///
/// Calls beyond the number that the server takes at a time wait here, in order. Close a client that is not needed any
/// more.
public final class RPCClient: Sendable {
    private struct State {
        var connection: ClientConnection?
        /// Those before it that still answer the calls that they have.
        var former: [ClientConnection] = []
        /// Whether one is being made, for all calls that wait for it, and how to give it up.
        var isConnecting = false
        var attempt: ClientConnection.Attempt?
        var waiters: [Int: CheckedContinuation<Result<ClientConnection, RPCError>, Never>] = [:]
        var nextWaiter = 0
        /// Whether a server that is not there has been there: only then it is waited for.
        var wasConnected = false
        var isClosed = false
    }

    /// What a call needs to be made, once or again.
    struct Request: Sendable {
        /// Encodes it, for a caller that waits so long.
        let payload: @Sendable (Duration?) throws(RPCError) -> [UInt8]
        let timeout: Duration?
        /// Whether it may be made again where it may have been done.
        let isRepeatable: Bool
    }

    /// What the tests set in place of time and chance.
    struct Environment: Sendable {
        var pause: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
        var random: @Sendable () -> Double = { .random(in: 0...1) }
    }

    private let connect: (@Sendable () -> ClientConnection.Attempt)?
    private let retry: RetryPolicy
    private let environment: Environment
    private let eventLoop: any EventLoop
    private let state: Mutex<State>

    /// How much longer than the deadline a call waits here, so that the server's own answer comes first.
    static let grace: Duration = .seconds(1)
    /// Longer ones are cut to it; the server cuts them to much less. 100 years.
    private static let longestTimeout: Duration = .seconds(3_155_760_000)

    /// Runs tasks on the thread of the connection, for callers whose next call waits for the answer to the last one:
    ///
    /// ```swift
    /// try await withTaskExecutorPreference(client.executor) { try await client.call(method, message) }
    /// ```
    ///
    /// Such a call changes no thread, which is most of what a short one costs. What runs there holds up the connection,
    /// and others on the same event loop, so it must be short.
    public let executor: any TaskExecutor

    // MARK: Connecting

    /// Makes a client of the server at `path`; nothing is connected yet.
    ///
    /// - Parameters:
    ///   - path: The server's socket.
    ///   - agent: What this program calls itself: `wgpilotctl/0.1.0`.
    ///   - retry: When calls that failed are made again.
    ///   - keepalive: How a server that has stopped to answer is found out; nil not to look.
    ///   - maximumFrameLength: The largest response that is accepted, in terms of a frame's length field.
    ///   - connectTimeout: For connecting and for the server's hello together.
    ///   - group: The event loops to use; the client keeps to one of them.
    public convenience init(
        path: String,
        agent: String,
        retry: RetryPolicy = RetryPolicy(),
        keepalive: KeepalivePolicy? = KeepalivePolicy(),
        maximumFrameLength: Int = Frame.defaultMaximumLength,
        connectTimeout: Duration = .seconds(5),
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) {
        let configuration = ClientConnection.Configuration(
            agent: agent, maximumFrameLength: maximumFrameLength, timeout: connectTimeout, keepalive: keepalive,
            eventLoop: group.next())
        self.init(eventLoop: configuration.eventLoop, retry: retry) {
            ClientConnection.connect(path: path, configuration)
        }
    }

    /// Makes a client whose connections come from `connect`; all of them must be on the event loop.
    init(
        eventLoop: any EventLoop, retry: RetryPolicy, environment: Environment = Environment(),
        connect: @escaping @Sendable () -> ClientConnection.Attempt
    ) {
        self.connect = connect
        self.retry = retry
        self.environment = environment
        self.eventLoop = eventLoop
        self.executor = EventLoopTaskExecutor(eventLoop)
        self.state = Mutex(State())
    }

    private init(_ connection: ClientConnection, eventLoop: any EventLoop) {
        self.connect = nil
        self.retry = .never
        self.environment = Environment()
        self.eventLoop = eventLoop
        self.executor = EventLoopTaskExecutor(eventLoop)
        self.state = Mutex(State(connection: connection, wasConnected: true))
    }

    /// Connects to the socket at `path`, exchanges hellos, and returns a client of this one connection.
    ///
    /// The parameters are those of ``init(path:agent:retry:keepalive:maximumFrameLength:connectTimeout:group:)``.
    ///
    /// - Throws: An error whose reason is `socket_missing`, `socket_permission`, `socket_path`, `daemon_not_running` or
    ///   `connect_failed` when there is no connection, `connect_timeout` when the server is silent, `malformed_response`
    ///   when it is no such server, or the server's own: `protocol_version`, `too_many_connections`, `shutting_down`.
    public static func connect(
        path: String,
        agent: String,
        maximumFrameLength: Int = Frame.defaultMaximumLength,
        timeout: Duration = .seconds(5),
        keepalive: KeepalivePolicy? = KeepalivePolicy(),
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) async throws(RPCError) -> RPCClient {
        let configuration = ClientConnection.Configuration(
            agent: agent, maximumFrameLength: maximumFrameLength, timeout: timeout, keepalive: keepalive,
            eventLoop: group.next())
        return try await finish(ClientConnection.connect(path: path, configuration), configuration)
    }

    /// Takes over a connected socket: the descriptor is closed with the client, and when this throws.
    static func connect(
        descriptor: CInt, agent: String, maximumFrameLength: Int = Frame.defaultMaximumLength,
        timeout: Duration = .seconds(5), keepalive: KeepalivePolicy? = KeepalivePolicy(), group: any EventLoopGroup
    ) async throws(RPCError) -> RPCClient {
        let configuration = ClientConnection.Configuration(
            agent: agent, maximumFrameLength: maximumFrameLength, timeout: timeout, keepalive: keepalive,
            eventLoop: group.next())
        return try await finish(ClientConnection.connect(descriptor: descriptor, configuration), configuration)
    }

    private static func finish(
        _ attempt: ClientConnection.Attempt, _ configuration: ClientConnection.Configuration
    ) async throws(RPCError) -> RPCClient {
        do {
            return try await withTaskCancellationHandler {
                RPCClient(try await attempt.connection.get(), eventLoop: configuration.eventLoop)
            } onCancel: {
                attempt.cancel()
            }
        } catch {
            throw ConnectFailure.rpcError(for: error, path: "the server")
        }
    }

    /// What the server said of itself when it was last connected to, and whom it takes this process for; nil before that.
    public var serverHello: Hello? { state.withLock { $0.connection?.serverHello } }

    /// Whether there is a connection that takes calls, as far as is known.
    public var isConnected: Bool { state.withLock { $0.connection?.isUsable ?? false } }

    /// Closes the connection, if there is one, and makes no more; calls in flight fail with `unavailable`. Returns when it
    /// is closed.
    public func close() async {
        let (connection, attempt, waiters) = state.withLock { state in
            defer { state.waiters = [:] }
            state.isClosed = true
            for connection in state.former { connection.beginClose() }
            return (state.connection, state.attempt, state.waiters)
        }
        attempt?.cancel()
        for waiter in waiters.values { waiter.resume(returning: .failure(ClientHandler.closedByCaller)) }
        await connection?.close()
    }

    /// The connection, made if there is none; waited for no longer than `timeout`.
    private func connection(within timeout: Duration?) async -> Result<ClientConnection, RPCError> {
        let usable = state.withLock { state in
            state.isClosed ? nil : state.connection.flatMap { $0.isUsable ? $0 : nil }
        }
        if let usable { return .success(usable) }
        let number = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        let end = timeout.map { NIODeadline.now() + TimeAmount(max($0, .zero)) }
        let timer = end.map { end in
            eventLoop.scheduleTask(deadline: end) { self.leave(number, RPCClient.tooLate) }
        }
        defer { timer?.cancel() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                enter(number, continuation)
                // The timer above or the handler below may have run already, and found nobody.
                if let end, end <= .now() { leave(number, RPCClient.tooLate) }
                if Task.isCancelled { leave(number, ConnectFailure.cancelled) }
            }
        } onCancel: {
            leave(number, ConnectFailure.cancelled)
        }
    }

    private static let tooLate = RPCError(
        .deadlineExceeded, reason: "deadline_exceeded",
        message: "There was no connection to the server in time; nothing was sent.")

    private func enter(_ number: Int, _ waiter: CheckedContinuation<Result<ClientConnection, RPCError>, Never>) {
        enum Step {
            case answer(Result<ClientConnection, RPCError>)
            case connect(@Sendable () -> ClientConnection.Attempt)
            case wait
        }
        let step = state.withLock { state in
            guard !state.isClosed else { return Step.answer(.failure(ClientHandler.closedByCaller)) }
            if let connection = state.connection, connection.isUsable { return .answer(.success(connection)) }
            guard let connect else { return .answer(.failure(ClientHandler.notSent)) }
            state.waiters[number] = waiter
            guard !state.isConnecting else { return .wait }
            state.isConnecting = true
            return .connect(connect)
        }
        switch step {
        case .answer(let result): waiter.resume(returning: result)
        case .connect(let connect): begin(connect())
        case .wait: break
        }
    }

    private func begin(_ attempt: ClientConnection.Attempt) {
        state.withLock { $0.attempt = attempt }
        attempt.connection.whenComplete { result in
            self.settle(result.mapError { ConnectFailure.rpcError(for: $0, path: "the server") })
        }
    }

    private func settle(_ result: Result<ClientConnection, RPCError>) {
        let (waiters, isClosed) = state.withLock { state in
            defer { state.waiters = [:] }
            state.attempt = nil
            state.isConnecting = false
            if case .success(let connection) = result, !state.isClosed {
                state.former = (state.former + [state.connection].compactMap(\.self)).filter(\.isOpen)
                state.connection = connection
                state.wasConnected = true
            }
            return (state.waiters, state.isClosed)
        }
        if isClosed, case .success(let connection) = result { connection.beginClose() }
        for waiter in waiters.values { waiter.resume(returning: result) }
    }

    private func leave(_ number: Int, _ error: RPCError) {
        state.withLock { $0.waiters.removeValue(forKey: number) }?.resume(returning: .failure(error))
    }

    // MARK: Calls

    /// Calls a method and waits for its answer.
    ///
    /// - Parameters:
    ///   - descriptor: The method.
    ///   - input: Its message.
    ///   - timeout: How long the answer may take, connecting and repeating included; the server stops then. If it does not
    ///     say so within a second more, the call fails here. Nil to wait for as long as it takes.
    ///   - metadata: See `Metadata`.
    ///   - idempotencyKey: A key of the caller's, 1 to 64 characters of `[A-Za-z0-9._-]`, by which the server knows the
    ///     call again: one whose answer was lost is then repeated although its method is not idempotent. Only for methods
    ///     that heed it, those that create and import.
    /// - Throws: The server's error; `cancelled` when the task is cancelled, in which case the server is told to stop;
    ///   `unavailable` with reason `not_connected` when nothing was sent, or `connection_lost` when the call may have
    ///   taken effect; `internal` with reason `malformed_response` when the answer cannot be read. A client that connects
    ///   by itself also throws what ``connect(path:agent:maximumFrameLength:timeout:keepalive:group:)`` does.
    public func call<Input, Output>(
        _ descriptor: MethodDescriptor<Input, Output>,
        _ input: Input,
        timeout: Duration? = nil,
        metadata: Metadata = [:],
        idempotencyKey: String? = nil
    ) async throws(RPCError) -> Output {
        try await answer(
            to: descriptor, input, timeout: timeout, metadata: metadata, idempotencyKey: idempotencyKey
        ).decoded()
    }

    /// The same as ``call(_:_:timeout:metadata:idempotencyKey:)``, and the answer is not read yet.
    public func answer<Input, Output>(
        to descriptor: MethodDescriptor<Input, Output>,
        _ input: Input,
        timeout: Duration? = nil,
        metadata: Metadata = [:],
        idempotencyKey: String? = nil
    ) async throws(RPCError) -> EncodedAnswer<Output> {
        var metadata = metadata
        if let idempotencyKey { metadata[MetadataKey.idempotencyKey] = idempotencyKey }
        let request = RPCClient.request(
            descriptor.info, input, timeout: timeout, metadata, isRepeatable: idempotencyKey != nil)
        let message = try await attempt(request) { connection, payload, timeout in
            await connection.call(payload, timeout: timeout)
        }
        return EncodedAnswer(bytes: message)
    }

    /// Calls a streaming method. The request leaves with the first call of the iterator's `next()`; leaving the sequence
    /// gives the call up. Until its first message has come it is made again as any other call; what was lost after that
    /// is the caller's to take up.
    ///
    /// The other parameters are those of ``call(_:_:timeout:metadata:idempotencyKey:)``.
    ///
    /// - Parameter window: How many bytes of messages the server may send before the reader has taken any, at least 1.
    ///   At most that and one message wait unread.
    public func stream<Input, Output>(
        _ descriptor: StreamDescriptor<Input, Output>,
        _ input: Input,
        timeout: Duration? = nil,
        metadata: Metadata = [:],
        window: UInt32 = StreamCredit.defaultWindow
    ) -> RPCResponseStream<Output> {
        let window = min(max(window, 1), UInt32(clamping: StreamCredit.maximum))
        let request = RPCClient.request(
            descriptor.info, input, timeout: timeout, metadata, isRepeatable: false,
            window: window == StreamCredit.defaultWindow ? nil : window)
        return RPCResponseStream(client: self, request: request, window: window)
    }

    private static func request<Input: Encodable & Sendable>(
        _ method: MethodInfo, _ input: Input, timeout: Duration?, _ metadata: Metadata, isRepeatable: Bool,
        window: UInt32? = nil
    ) -> Request {
        Request(
            payload: { (timeout) throws(RPCError) in
                var payload: [UInt8] = []
                do throws(CBORError) {
                    let head = RequestHead(
                        method: method.fullName, timeoutMilliseconds: timeout.map(milliseconds), metadata: metadata,
                        window: window)
                    try CBOREncoder().encode(head, into: &payload)
                    try CBOREncoder().encode(input, into: &payload)
                } catch {
                    throw RPCError(
                        .internal, reason: "unencodable_request", message: "The request cannot be encoded: \(error).")
                }
                return payload
            },
            timeout: timeout.map { min($0, longestTimeout) }, isRepeatable: isRepeatable || method.isIdempotent)
    }

    static func decode<Output: Decodable>(_ type: Output.Type, _ message: [UInt8]) throws(RPCError) -> Output {
        do throws(CBORError) {
            let limits = CBORDecoder.Limits(maximumBytes: message.count)
            return try CBORDecoder(limits: limits).decode(Output.self, from: message)
        } catch {
            throw ClientHandler.malformed("The server's message is malformed: \(error).")
        }
    }

    // MARK: Attempts

    /// Makes a call as often as the policy has it. The body makes it once, on a connection, with the time that is left.
    func attempt<Success>(
        _ request: Request,
        _ body: (ClientConnection, OutgoingRequest, Duration?) async -> Result<Success, RPCError>
    ) async throws(RPCError) -> Success {
        let deadline = request.timeout.map { ContinuousClock.now + $0 }
        var left = request.timeout
        var number = 1
        while true {
            let failure: RPCError
            let mayPass: Bool
            let isAtOnce: Bool
            switch await connection(within: left) {
            case .success(let connection):
                // Connecting took some of the time, too.
                if let deadline {
                    let rest = ContinuousClock.now.duration(to: deadline)
                    guard rest > .zero else { throw RPCClient.tooLate }
                    left = rest
                }
                let payload = OutgoingRequest(payload: try request.payload(left))
                switch await body(connection, payload, left) {
                case .success(let success): return success
                case .failure(let error):
                    failure = error
                    mayPass =
                        RetryPolicy.wasNotDone(error)
                        || request.isRepeatable && error.code == .unavailable && error.reason == "connection_lost"
                    // The next connection may stand at once; only if it does not there is something to wait for.
                    isAtOnce = number == 1 && ["not_connected", "connection_lost"].contains(error.reason)
                }
            case .failure(let error):
                failure = error
                mayPass = isWaitedOut(error, isLast: number >= retry.attempts)
                isAtOnce = false
            }
            guard mayPass, connect != nil, number < retry.attempts else { throw failure }
            let pause =
                isAtOnce
                ? .zero
                : max(retry.backoff(after: number, random: environment.random()), RetryPolicy.requestedPause(failure))
            if let deadline {
                let rest = ContinuousClock.now.duration(to: deadline) - pause
                guard rest > .zero else { throw failure }
            }
            if pause > .zero {
                do {
                    try await environment.pause(pause)
                } catch {
                    throw ClientHandler.cancelled
                }
            }
            if let deadline { left = ContinuousClock.now.duration(to: deadline) }
            number += 1
        }
    }

    /// A server that is not there is waited for where it was there before, once: who asks when it has not come back by then
    /// is told at once, until it has.
    private func isWaitedOut(_ error: RPCError, isLast: Bool) -> Bool {
        state.withLock { state in
            defer { if isLast { state.wasConnected = false } }
            return RetryPolicy.mayPass(connecting: error, wasConnected: state.wasConnected)
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
