internal import Logging
internal import NIOCore
internal import Synchronization
internal import WGPilotProtocol

/// One client's connection, from its hello to its end.
///
/// A single loop reads frames; each request runs in a child task of that loop. Whoever removes a call from `State.calls`
/// answers it, and nobody else does: the handler's own task, the deadline, the client's cancel, or the end of the
/// connection (which answers nothing, there being nobody to hear). That is what makes the terminal status unique.
final class ServerConnection: Sendable {
    private enum Phase {
        /// Nothing but a hello is accepted.
        case awaitingHello
        /// Calls are accepted.
        case open
        /// Calls in flight finish, new ones are refused. From `open` and `awaitingHello`.
        case draining
        /// The channel is closed. From everywhere; final.
        case closed
    }

    /// A call that is not answered yet.
    private enum Call {
        case registered
        case running(Task<Void, Never>)
    }

    private struct State {
        var phase = Phase.awaitingHello
        var calls: [UInt32: Call] = [:]
        var lastStreamID: UInt32 = 0
        /// Calls and writes that still hold memory: a call counts until its handler has ended and its answer is written.
        var load = 0
        /// The reading loop, while it waits for `load` to fall.
        var waiter: CheckedContinuation<Void, Never>?
        var peerMaximumLength = Frame.leastMaximumLength
        var lastActivity = NIODeadline.now()
    }

    private let inbound: NIOAsyncChannel<ByteBuffer, Never>
    private let channel: any Channel
    let credentials: PeerCredentials
    private let configuration: RPCServerConfiguration
    private let logger: Logger
    private let state = Mutex(State())

    init(
        _ inbound: NIOAsyncChannel<ByteBuffer, Never>, credentials: PeerCredentials,
        configuration: RPCServerConfiguration
    ) {
        self.inbound = inbound
        self.channel = inbound.channel
        self.credentials = credentials
        self.configuration = configuration
        var logger = configuration.logger
        logger[metadataKey: "peer.uid"] = "\(credentials.uid)"
        logger[metadataKey: "peer.pid"] = "\(credentials.pid)"
        self.logger = logger
    }

    // MARK: Life

    /// Serves the connection to its end. All its calls have ended when this returns.
    func run() async {
        // Seen even while the loop does not read, so that handlers of a client that is gone stop at once.
        channel.closeFuture.whenComplete { _ in self.end() }
        let helloTimer = channel.eventLoop.scheduleTask(in: TimeAmount(configuration.limits.helloTimeout)) {
            self.helloTimedOut()
        }
        do {
            try await withTaskCancellationHandler {
                try await inbound.executeThenClose { inbound in
                    try await withThrowingDiscardingTaskGroup { group in
                        defer { self.end() }
                        do {
                            try await self.read(inbound, in: &group) {
                                helloTimer.cancel()
                                self.scheduleIdleCheck()
                            }
                        } catch let error as FrameError {
                            await self.refuse(self.protocolError(for: error))
                        } catch let error as RPCError {
                            await self.refuse(error)
                        }
                    }
                }
            } onCancel: {
                self.end()
            }
        } catch {
            logger.debug("connection failed", metadata: ["error": "\(error)"])
        }
        helloTimer.cancel()
    }

    /// Refuses new calls, and closes once those in flight are answered.
    func beginDrain() {
        let isIdle = state.withLock { state in
            guard state.phase != .closed else { return false }
            state.phase = .draining
            return state.load == 0
        }
        if isIdle { channel.close(promise: nil) }
    }

    /// Closes now; calls in flight are cancelled.
    func abort() {
        channel.close(promise: nil)
    }

    /// The end from whatever side: cancels every call and wakes the reading loop.
    private func end() {
        let (calls, waiter) = state.withLock { state in
            state.phase = .closed
            let result = (state.calls, state.waiter)
            state.calls = [:]
            state.waiter = nil
            return result
        }
        for case .running(let task) in calls.values {
            task.cancel()
        }
        waiter?.resume()
    }

    private func helloTimedOut() {
        guard state.withLock({ $0.phase == .awaitingHello }) else { return }
        let error = RPCError(.deadlineExceeded, reason: "hello_timeout", message: "No hello came in time.")
        channel.writeAndFlush(statusFrame(Status(error), streamID: 0)).whenComplete { _ in
            self.channel.close(promise: nil)
        }
    }

    private func scheduleIdleCheck() {
        guard let timeout = configuration.limits.idleTimeout.map(TimeAmount.init) else { return }
        let (isIdle, isClosed, due) = state.withLock { state in
            let isBusy = state.load > 0
            let due = isBusy ? NIODeadline.now() + timeout : state.lastActivity + timeout
            return (!isBusy && due <= .now(), state.phase == .closed, due)
        }
        if isClosed { return }
        if isIdle { return channel.close(promise: nil) }
        channel.eventLoop.scheduleTask(deadline: due) { self.scheduleIdleCheck() }
    }

    // MARK: Reading

    private func read(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>,
        in group: inout ThrowingDiscardingTaskGroup<any Error>,
        onHello: () -> Void
    ) async throws {
        var decoder = FrameDecoder(maximumLength: configuration.limits.maximumFrameLength)
        var isGreeted = false
        for try await buffer in inbound {
            decoder.append(buffer.readableBytesView)
            state.withLock { $0.lastActivity = .now() }
            while let frame = try decoder.next() {
                if isGreeted {
                    try await handle(frame, in: &group)
                } else {
                    try await greet(frame)
                    isGreeted = true
                    onHello()
                }
            }
        }
    }

    private func greet(_ frame: Frame) async throws {
        guard frame.type == .hello, frame.streamID == 0 else {
            throw protocolError("The first frame must be a hello on stream 0.")
        }
        let hello: Hello
        do throws(CBORError) {
            hello = try CBORDecoder().decode(Hello.self, from: frame.payload)
        } catch {
            throw RPCError(
                .invalidArgument, reason: "malformed_hello", message: "The hello is malformed: \(error).")
        }
        if let refusal = hello.refusal { throw refusal }
        state.withLock { state in
            state.peerMaximumLength = Int(clamping: hello.maximumFrameLength)
            if state.phase == .awaitingHello { state.phase = .open }
        }
        logger.debug("client connected", metadata: ["peer.agent": "\(hello.agent.prefix(64))"])
        let caller = CallerIdentity(
            uid: credentials.uid, gid: credentials.gid, role: configuration.callerRole(credentials))
        let answer = Hello(
            maximumFrameLength: UInt32(clamping: configuration.limits.maximumFrameLength), agent: configuration.agent,
            caller: caller)
        let payload = try CBOREncoder().encode(answer)
        await write(Frame(type: .hello, streamID: 0, payload: payload).buffer)
    }

    private func handle(
        _ frame: Frame, in group: inout ThrowingDiscardingTaskGroup<any Error>
    ) async throws {
        switch frame.type {
        case .request:
            let received = ContinuousClock.now
            await waitForRoom()
            guard try register(frame.streamID) else { return }
            group.addTask { await self.serve(frame, received: received) }
        case .cancel:
            guard frame.payload.isEmpty else { throw protocolError("A cancel frame has no payload.") }
            guard frame.streamID != 0, frame.streamID <= state.withLock({ $0.lastStreamID }) else {
                throw protocolError("Stream \(frame.streamID) was never opened.")
            }
            // A call that is answered already needs no second answer.
            guard take(frame.streamID, cancelling: true) else { return }
            let error = RPCError(.cancelled, reason: "cancelled", message: "The caller gave up.")
            // Awaited, so that a client that opens and cancels without reading is not read from either.
            await write(statusFrame(Status(error), streamID: frame.streamID))
        case .hello, .message, .status:
            throw protocolError("A client does not send \(frame.type) frames here.")
        }
    }

    /// Suspends while the connection is at its limit.
    private func waitForRoom() async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let isFree = state.withLock { state in
                if state.phase == .closed || state.load < configuration.limits.maximumCallsPerConnection { return true }
                state.waiter = continuation
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    /// Opens a call; false when the connection is closed.
    private func register(_ streamID: UInt32) throws -> Bool {
        let isOrdered = state.withLock { state -> Bool? in
            guard state.phase != .closed else { return nil }
            guard streamID > state.lastStreamID else { return false }
            state.lastStreamID = streamID
            state.calls[streamID] = .registered
            state.load += 1
            return true
        }
        guard let isOrdered else { return false }
        guard isOrdered else {
            throw protocolError("Stream ids begin above 0 and increase; \(streamID) does not.")
        }
        return true
    }

    // MARK: Calls

    private func serve(_ frame: Frame, received: ContinuousClock.Instant) async {
        defer { release() }
        let streamID = frame.streamID
        let (message, context): (RPCRouter.RequestBody, ServerContext)
        do throws(RPCError) {
            (message, context) = try open(frame.payload, received: received)
        } catch {
            return await answer(streamID, .failure(error), requestID: nil)
        }
        guard context.deadline.map({ $0 > .now }) ?? true else {
            return await answer(streamID, .failure(ServerConnection.deadlineExceeded), requestID: context.requestID)
        }

        let work = Task {
            await self.answer(streamID, self.outcome(streamID, message, context), requestID: context.requestID)
        }
        guard start(streamID, work) else {
            work.cancel()
            return await work.value
        }
        let timer = context.deadline.map { deadline in
            channel.eventLoop.scheduleTask(in: TimeAmount(deadline - .now)) {
                self.expire(streamID, requestID: context.requestID)
            }
        }
        await withTaskCancellationHandler {
            await work.value
        } onCancel: {
            work.cancel()
        }
        timer?.cancel()
    }

    /// Reads a request's head and finds its method.
    private func open(
        _ payload: [UInt8], received: ContinuousClock.Instant
    ) throws(RPCError) -> (RPCRouter.RequestBody, ServerContext) {
        let head: RequestHead
        var offset = 0
        do throws(CBORError) {
            head = try CBORDecoder().decode(RequestHead.self, from: payload, at: &offset)
        } catch {
            throw RPCError(
                .invalidArgument, reason: "malformed_request", message: "The request's head is malformed: \(error).")
        }
        guard let method = configuration.router.info(of: head.method) else {
            throw RPCError(
                .unimplemented, reason: "unknown_method",
                message: "This server has no method \(ServerConnection.printable(head.method)).")
        }
        let deadline = head.timeoutMilliseconds.map { milliseconds in
            let timeout = Duration.milliseconds(Int64(clamping: milliseconds))
            return received + min(timeout, configuration.limits.maximumDeadline)
        }
        let context = ServerContext(
            method: method, credentials: credentials, metadata: head.metadata, deadline: deadline,
            requestID: RequestID.accepting(head.metadata[MetadataKey.requestID]))
        return (RPCRouter.RequestBody(bytes: payload, offset: offset), context)
    }

    /// Writes one message of a stream.
    private func send(_ message: [UInt8], on streamID: UInt32) async throws(RPCError) {
        guard state.withLock({ $0.calls[streamID] != nil }) else {
            throw RPCError(.cancelled, reason: "cancelled", message: "The call is over.")
        }
        await write(Frame(type: .message, streamID: streamID, payload: message).buffer)
    }

    private func outcome(
        _ streamID: UInt32, _ message: RPCRouter.RequestBody, _ context: ServerContext
    ) async -> Result<[UInt8]?, RPCError> {
        do {
            if state.withLock({ $0.phase == .draining }) {
                throw RPCError(.unavailable, reason: "shutting_down", message: "The server is shutting down.")
            }
            let answer = try await configuration.router.respond(to: message, context) { (message) throws(RPCError) in
                try await self.send(message, on: streamID)
            }
            return .success(context.method.kind == .unary ? answer : nil)
        } catch let error as RPCError {
            return .failure(error)
        } catch let error as any RPCErrorConvertible {
            return .failure(error.rpcError)
        } catch is CancellationError where Task.isCancelled {
            return .failure(RPCError(.cancelled, reason: "cancelled", message: "The call was cancelled."))
        } catch {
            logger.error(
                "handler failed",
                metadata: [
                    "rpc.method": "\(context.method.fullName)", "request.id": "\(context.requestID)",
                    "error": "\(error)",
                ])
            return .failure(
                RPCError(
                    .internal, reason: "unexpected_error",
                    message: "An unexpected error happened; the server's log tells it under this request id."))
        }
    }

    /// Notes the task of a call; false when the call was answered before it began.
    private func start(_ streamID: UInt32, _ task: Task<Void, Never>) -> Bool {
        state.withLock { state in
            guard state.calls[streamID] != nil else { return false }
            state.calls[streamID] = .running(task)
            return true
        }
    }

    /// Takes the duty to answer a call; true for one taker only.
    private func take(_ streamID: UInt32, cancelling: Bool) -> Bool {
        guard let call = state.withLock({ $0.calls.removeValue(forKey: streamID) }) else { return false }
        if cancelling, case .running(let task) = call { task.cancel() }
        return true
    }

    /// The deadline has passed: answers at once, however long the handler takes to notice.
    private func expire(_ streamID: UInt32, requestID: String) {
        guard take(streamID, cancelling: true) else { return }
        state.withLock { $0.load += 1 }
        var status = Status(ServerConnection.deadlineExceeded)
        status.metadata[MetadataKey.requestID] = requestID
        channel.writeAndFlush(statusFrame(status, streamID: streamID)).whenComplete { _ in self.release() }
    }

    /// Ends a part of the load: lets the reading loop go on, or a draining connection close.
    private func release() {
        let (waiter, isDrained) = state.withLock { state in
            state.load -= 1
            state.lastActivity = .now()
            guard state.load < configuration.limits.maximumCallsPerConnection else {
                return (nil as CheckedContinuation<Void, Never>?, false)
            }
            let waiter = state.waiter
            state.waiter = nil
            return (waiter, state.phase == .draining && state.load == 0)
        }
        waiter?.resume()
        if isDrained { channel.close(promise: nil) }
    }

    // MARK: Writing

    /// Sends the message, if there is one, and the terminal status in one write, unless the call is answered already.
    private func answer(_ streamID: UInt32, _ outcome: Result<[UInt8]?, RPCError>, requestID: String?) async {
        guard take(streamID, cancelling: false) else { return }
        let limit = state.withLock { $0.peerMaximumLength }
        switch outcome {
        case .success(nil):
            await write(Frame(type: .status, streamID: streamID, payload: ServerConnection.ok).buffer)
        case .success(let message?) where Frame.minimumLength + message.count <= limit:
            var buffer = ByteBuffer()
            buffer.reserveCapacity(message.count + 2 * Frame.headerBytes + ServerConnection.ok.count)
            Frame(type: .message, streamID: streamID, payload: message).write(to: &buffer)
            Frame(type: .status, streamID: streamID, payload: ServerConnection.ok).write(to: &buffer)
            await write(buffer)
        case .success(let message?):
            await answer(
                streamID,
                with: RPCError(
                    .resourceExhausted, reason: "response_too_large",
                    message: "The response of \(message.count) bytes is above the client's limit of \(limit) bytes;"
                        + " ask for less at a time."),
                requestID)
        case .failure(let error):
            await answer(streamID, with: error, requestID)
        }
    }

    private func answer(_ streamID: UInt32, with error: RPCError, _ requestID: String?) async {
        var status = Status(error)
        if let requestID { status.metadata[MetadataKey.requestID] = requestID }
        await write(statusFrame(status, streamID: streamID))
    }

    /// Writes and waits until the kernel has taken it, so that the load counts what is in memory.
    private func write(_ buffer: ByteBuffer) async {
        // A failed write is the end of the connection, which the reading loop sees by itself.
        try? await channel.writeAndFlush(buffer).get()
    }

    /// Says on stream 0 why the connection ends. Waits for a client that does not read no longer than a second.
    private func refuse(_ error: RPCError) async {
        logger.info("connection refused", metadata: ["reason": "\(error.reason)", "message": "\(error.message)"])
        let timer = channel.eventLoop.scheduleTask(in: .seconds(1)) { self.channel.close(promise: nil) }
        await write(statusFrame(Status(error), streamID: 0))
        timer.cancel()
    }

    private func statusFrame(_ status: Status, streamID: UInt32) -> ByteBuffer {
        let limit = state.withLock { $0.peerMaximumLength }
        return Frame(type: .status, streamID: streamID, payload: status.encoded(within: limit)).buffer
    }

    private func protocolError(for error: FrameError) -> RPCError {
        if case .tooLong = error {
            return RPCError(.resourceExhausted, reason: "frame_too_large", message: "\(error)")
        }
        return protocolError("\(error)")
    }

    private func protocolError(_ message: String) -> RPCError {
        RPCError(.invalidArgument, reason: "protocol_error", message: message)
    }

    private static let ok = Status.ok.encoded(within: Frame.leastMaximumLength)

    private static let deadlineExceeded = RPCError(
        .deadlineExceeded, reason: "deadline_exceeded",
        message: "The deadline passed before the call was done; it may still have taken effect.")

    /// A name from the peer, fit to be shown.
    private static func printable(_ name: String) -> String {
        String(
            String.UnicodeScalarView(
                name.unicodeScalars.prefix(100).map { $0.value > 32 && $0.value < 127 ? $0 : "?" }))
    }
}
