internal import Logging
internal import NIOCore
internal import WGPilotProtocol

/// One client's connection, from its hello to its end: the handler of its channel.
///
/// Everything here happens on the channel's event loop, so nothing is locked. Each request gets a task of its own, which
/// comes back to the loop with what the handler came to (``ServerCall``). Whoever removes a call from `calls` answers it,
/// and nobody else does: the handler's task, the deadline, the client's cancel, the drain, or the end of the connection
/// (which answers nothing, there being nobody to hear). That is what makes the terminal status unique.
///
/// What a client can make the server hold is bounded by what it may have open: input by one frame, calls by their limit,
/// a stream's messages by its credit, and answers by not reading on while the socket does not take them.
final class ServerConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Phase {
        /// Nothing but a hello is accepted.
        case awaitingHello
        /// Calls are accepted.
        case open
        /// Calls in flight finish, new ones are refused. From `open`.
        case draining
        /// What was written still goes to the client; nothing more is read. From all before.
        case ending
        /// The channel is closed. From everywhere; final.
        case closed

        var takesFrames: Bool {
            switch self {
            case .awaitingHello, .open, .draining: true
            case .ending, .closed: false
            }
        }
    }

    /// A call that is not answered yet.
    private struct Call {
        let call: ServerCall
        /// Nil until the handler first waits.
        var task: Task<Void, Never>?
        let deadline: NIODeadline?
        /// Nil for a unary call.
        var stream: ServerStream?
    }

    /// With more than the upper number of bytes that the socket has not taken nothing is read, and streams send nothing,
    /// until there are fewer than the lower.
    private static let waterMark = ChannelOptions.Types.WriteBufferWaterMark(low: 256 << 10, high: 1 << 20)
    /// Small frames are gathered up to so many bytes before the channel gets them.
    private static let batchBytes = 64 << 10
    /// The largest buffer that is kept for the next batch.
    private static let keptBytes = 16 << 10
    /// The longest request that is read on the event loop; all its connections wait meanwhile, for tens of microseconds.
    private static let longestImmediateRequest = 128 << 10
    /// The longest request of a stream, which is kept as long as that: no method needs more.
    private static let longestStreamRequest = 64 << 10
    /// How long a client that is sent away has to take the word for it.
    private static let partingTime = TimeAmount.seconds(1)

    private let facts: ConnectionFacts
    private let ended: EventLoopPromise<Void>
    private let channel: any Channel

    private var context: ChannelHandlerContext?
    private var phase = Phase.awaitingHello
    private var reader: FrameReader
    /// What has come and was not looked at yet: empty, unless the connection is paused.
    private var input = ByteBuffer()
    private var peerMaximumLength = Frame.leastMaximumLength

    private var calls: [UInt32: Call] = [:]
    private var lastStreamID: UInt32 = 0
    /// Handlers that have not returned, those of calls that are answered included.
    private var running = 0
    private var openStreams = 0
    /// Streams with credit and a message, in the order in which they get their turn at the socket.
    private var line = CircularBuffer<UInt32>(initialCapacity: 0)

    /// Small frames that the channel has not got yet.
    private var batch = ByteBuffer()
    /// Whether the channel has got something that it was not told to send.
    private var needsFlush = false
    private var isFlushScheduled = false
    /// Whether the channel is about to say that it has read all there is.
    private var isReading = false
    /// Whether the socket has not taken enough of what was written.
    private var isPaused = false
    private var isResuming = false

    private var helloTimer: Scheduled<Void>?
    private var partingTimer: Scheduled<Void>?
    private var idleTimer: Scheduled<Void>?
    private var deadlineTimer: (due: NIODeadline, timer: Scheduled<Void>)?
    private var keepaliveTimer: Scheduled<Void>?
    private var progressTimer: Scheduled<Void>?
    /// When the client was asked for a sign of life that has not come.
    private var askedAt: NIODeadline?
    private var pings: UInt64 = 0
    /// When something last came, or the socket last took what it had not taken before.
    private var lastSign = NIODeadline.now()
    /// The same, or when a call last ended.
    private var lastActivity = NIODeadline.now()

    private init(channel: any Channel, facts: ConnectionFacts) {
        self.channel = channel
        self.facts = facts
        ended = channel.eventLoop.makePromise()
        reader = FrameReader(maximumLength: facts.configuration.limits.maximumFrameLength)
    }

    /// Serves a channel from now on. To be called on its event loop.
    static func install(
        on channel: any Channel, credentials: PeerCredentials, configuration: RPCServerConfiguration,
        rates: CallRates
    ) throws -> ServerConnectionReference {
        let facts = ConnectionFacts(
            credentials: credentials, configuration: configuration, rates: rates)
        let connection = ServerConnection(channel: channel, facts: facts)
        do {
            try channel.syncOptions?.setOption(.writeBufferWaterMark, value: waterMark)
            try channel.pipeline.syncOperations.addHandler(connection)
        } catch {
            connection.ended.succeed()
            throw error
        }
        return connection.reference
    }

    /// Made anew each time, as a stored one would keep the connection alive for ever.
    private var reference: ServerConnectionReference {
        ServerConnectionReference(self, channel: channel, ended: ended.futureResult)
    }

    private var limits: RPCServerConfiguration.Limits { facts.configuration.limits }

    // MARK: The channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        helloTimer = reference.schedule(at: .now() + TimeAmount(limits.helloTimeout)) { connection in
            connection.helloTimer = nil
            guard connection.phase == .awaitingHello else { return }
            connection.refuse(
                RPCError(.deadlineExceeded, reason: "hello_timeout", message: "No hello came in time."))
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end()
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        facts.logger.debug("connection failed", metadata: ["error": "\(error)"])
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        lastSign = .now()
        lastActivity = lastSign
        guard phase.takesFrames else { return }
        isReading = true
        if input.readableBytes == 0 {
            input = buffer
        } else {
            input.writeBuffer(&buffer)
        }
        takeInput()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        flush()
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isPaused = !context.channel.isWritable
        if isPaused {
            watchProgress()
        } else {
            progressTimer?.cancel()
            progressTimer = nil
            lastSign = .now()
            resume()
        }
        if phase.takesFrames { setReading(!isPaused) }
        context.fireChannelWritabilityChanged()
    }

    private func setReading(_ isOn: Bool) {
        // It fails for a channel that was closed, which reads no more anyway.
        try? channel.syncOptions?.setOption(.autoRead, value: isOn)
    }

    /// Goes on with what waited for the socket.
    private func resume() {
        // What is written here may change the writability at once; then the outer call goes on.
        guard !isResuming else { return }
        isResuming = true
        defer { isResuming = false }
        repeat {
            takeInput()
            sendInTurn()
            flush()
        } while !isPaused && (!line.isEmpty || input.readableBytes > 0)
    }

    // MARK: The end

    /// Takes no further calls, tells the client so, and closes once those in flight are answered. Streams, which may have
    /// no end of their own, end at once.
    func drain(_ message: String) {
        switch phase {
        case .awaitingHello:
            refuse(ServerConnection.shuttingDown)
        case .open:
            phase = .draining
            if let payload = try? CBOREncoder().encode(GoAway(lastStreamID: lastStreamID, message: message)) {
                append(.goaway, streamID: 0, payload)
            }
            for (streamID, call) in calls where call.stream != nil {
                guard let call = remove(streamID) else { continue }
                call.task?.cancel()
                appendStatus(ServerConnection.shuttingDown, streamID, requestID: call.call.requestID)
            }
            scheduleFlush()
            closeIfDrained()
        case .draining, .ending, .closed:
            break
        }
    }

    private func closeIfDrained() {
        guard phase == .draining, calls.isEmpty else { return }
        closeWhenWritten()
    }

    /// Says on stream 0 why the connection ends, and ends it.
    private func refuse(_ error: RPCError) {
        guard phase.takesFrames else { return }
        facts.logger.info(
            "connection refused", metadata: ["reason": "\(error.reason)", "message": "\(error.message)"])
        // Nobody reads answers after the word of the end.
        cancelCalls()
        appendStatus(error, 0, requestID: nil)
        partSoon()
        closeWhenWritten()
    }

    /// Closes after a while, whatever is left to be written.
    private func partSoon() {
        partingTimer?.cancel()
        partingTimer = reference.schedule(at: .now() + ServerConnection.partingTime) { $0.channel.close(promise: nil) }
    }

    private func closeWhenWritten() {
        phase = .ending
        input = ByteBuffer()
        setReading(false)
        flush()
        let reference = self.reference
        // It has nothing to write, so it is done when everything before it is.
        channel.writeAndFlush(ByteBuffer()).whenComplete { _ in reference.close() }
    }

    /// The end from whatever side.
    private func end() {
        guard phase != .closed else { return }
        phase = .closed
        cancelCalls()
        for timer in [helloTimer, partingTimer, idleTimer, deadlineTimer?.timer, keepaliveTimer, progressTimer] {
            timer?.cancel()
        }
        input = ByteBuffer()
        batch = ByteBuffer()
        finishIfEnded()
    }

    /// Ends all calls without an answer.
    private func cancelCalls() {
        for streamID in calls.keys { remove(streamID)?.task?.cancel() }
    }

    private func finishIfEnded() {
        guard phase == .closed, running == 0 else { return }
        ended.succeed()
    }

    // MARK: Frames that come

    private func takeInput() {
        do {
            while !isPaused, phase.takesFrames {
                guard let frame = try reader.next(from: &input) else {
                    input = ByteBuffer()
                    return
                }
                try take(frame)
            }
        } catch let error as FrameError {
            refuse(ServerConnection.protocolError(for: error))
        } catch {
            refuse((error as? RPCError) ?? ServerConnection.protocolError("\(error)"))
        }
    }

    private func take(_ frame: Frame) throws(RPCError) {
        if phase == .awaitingHello { return try greet(frame) }
        switch frame.type {
        case .request:
            try open(frame)
        case .cancel:
            guard frame.payload.isEmpty else { throw ServerConnection.protocolError("A cancel frame has no payload.") }
            try checkOpened(frame.streamID)
            // A call that is answered already needs no second answer.
            guard let call = remove(frame.streamID) else { return }
            call.task?.cancel()
            appendStatus(ServerConnection.gaveUp, frame.streamID, requestID: nil)
            closeIfDrained()
        case .window:
            try grant(frame)
        case .ping:
            try answerPing(frame)
        case .hello, .message, .status, .goaway:
            throw ServerConnection.protocolError("A client does not send \(frame.type) frames here.")
        }
    }

    private func greet(_ frame: Frame) throws(RPCError) {
        guard frame.type == .hello, frame.streamID == 0 else {
            throw ServerConnection.protocolError("The first frame must be a hello on stream 0.")
        }
        let hello: Hello
        do throws(CBORError) {
            hello = try CBORDecoder().decode(Hello.self, from: frame.payload)
        } catch {
            throw RPCError(
                .invalidArgument, reason: "malformed_hello", message: "The hello is malformed: \(error).")
        }
        if let refusal = hello.refusal { throw refusal }
        peerMaximumLength = Int(clamping: hello.maximumFrameLength)
        phase = .open
        helloTimer?.cancel()
        helloTimer = nil
        facts.logger.debug("client connected", metadata: ["peer.agent": "\(hello.agent.prefix(64))"])
        let caller = CallerIdentity(
            uid: facts.credentials.uid, gid: facts.credentials.gid,
            role: facts.configuration.callerRole(facts.credentials))
        let answer = Hello(
            maximumFrameLength: UInt32(clamping: limits.maximumFrameLength), agent: facts.configuration.agent,
            caller: caller, maximumCalls: UInt32(clamping: limits.maximumCallsPerConnection))
        do throws(CBORError) {
            append(.hello, streamID: 0, try CBOREncoder().encode(answer))
        } catch {
            throw RPCError(.internal, reason: "unencodable_response", message: "The hello cannot be encoded: \(error).")
        }
        watchIdleness()
    }

    /// Any call that was ever opened, answered or not.
    private func checkOpened(_ streamID: UInt32) throws(RPCError) {
        guard streamID != 0, streamID <= lastStreamID else {
            throw ServerConnection.protocolError("Stream \(streamID) was never opened.")
        }
    }

    private func grant(_ frame: Frame) throws(RPCError) {
        try checkOpened(frame.streamID)
        guard let bytes = try? CBORDecoder().decode(UInt32.self, from: frame.payload), bytes > 0 else {
            throw ServerConnection.protocolError("A window frame's payload is one number of bytes above 0.")
        }
        // The call may have ended meanwhile, and one that is not a stream needs no credit.
        guard let isWithin = calls[frame.streamID]?.stream?.credit.grant(bytes) else { return }
        guard isWithin else {
            throw ServerConnection.protocolError("Stream \(frame.streamID) is granted more than 2³¹ − 1 bytes.")
        }
        sendWhatWaits(on: frame.streamID)
    }

    private func answerPing(_ frame: Frame) throws(RPCError) {
        guard frame.streamID == 0, frame.payload.count <= Frame.maximumPingBytes else {
            throw ServerConnection.protocolError(
                "A ping is on stream 0 and has at most \(Frame.maximumPingBytes) bytes.")
        }
        // An answer was all it is good for by having come.
        guard frame.flags & Frame.answerFlag == 0 else { return }
        if facts.rates.takePing(facts.credentials.uid) != nil {
            throw RPCError(
                .resourceExhausted, reason: "too_many_requests",
                message: "Pings came faster than the \(callsPerSecond) calls that a user may make in a"
                    + " second.")
        }
        append(.ping, flags: Frame.answerFlag, streamID: 0, frame.payload)
    }

    // MARK: Calls

    /// Takes a request: begins the call, or answers why not.
    private func open(_ frame: Frame) throws(RPCError) {
        let streamID = frame.streamID
        guard streamID > lastStreamID else {
            throw ServerConnection.protocolError("Stream ids begin above 0 and increase; \(streamID) does not.")
        }
        lastStreamID = streamID
        do throws(RPCError) {
            try admit()
            let (head, method, body) = try read(frame)
            begin(streamID, head, method, body)
        } catch {
            appendStatus(error, streamID, requestID: nil)
        }
    }

    private var callsPerSecond: Int { facts.configuration.callsPerSecond(of: facts.credentials.uid) }

    /// Whether one more call may be begun, before its bytes are looked at.
    private func admit() throws(RPCError) {
        guard phase == .open else { throw ServerConnection.shuttingDown }
        if let wait = facts.rates.take(facts.credentials.uid) {
            let milliseconds = max(1, (wait.nanoseconds + 999_999) / 1_000_000)
            throw RPCError(
                .resourceExhausted, reason: "too_many_requests",
                message: "A user may make \(callsPerSecond) calls a second; nothing was done.",
                metadata: ["retry-after-ms": "\(milliseconds)"])
        }
        // Handlers that do not stop when they are cancelled are counted too, with as much room for them again.
        guard calls.count < limits.maximumCallsPerConnection, running / 2 < limits.maximumCallsPerConnection else {
            throw RPCError(
                .resourceExhausted, reason: "too_many_calls",
                message: "A connection may have \(limits.maximumCallsPerConnection) calls in flight;"
                    + " nothing was done.")
        }
    }

    /// Reads a request's head and finds its method.
    private func read(_ frame: Frame) throws(RPCError) -> (RequestHead, MethodInfo, RPCRouter.RequestBody) {
        let head: RequestHead
        var offset = 0
        do throws(CBORError) {
            head = try CBORDecoder().decode(RequestHead.self, from: frame.payload, at: &offset)
        } catch {
            throw RPCError(
                .invalidArgument, reason: "malformed_request", message: "The request's head is malformed: \(error).")
        }
        guard let method = facts.configuration.router.info(of: head.method) else {
            throw RPCError(
                .unimplemented, reason: "unknown_method",
                message: "This server has no method \(ServerConnection.printable(head.method)).")
        }
        let size = head.metadata.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        guard size <= limits.maximumMetadataBytes else {
            throw RPCError(
                .invalidArgument, reason: "metadata_too_large",
                message: "The metadata of \(size) bytes is above the limit of \(limits.maximumMetadataBytes) bytes.")
        }
        guard method.kind == .unary || frame.payload.count <= ServerConnection.longestStreamRequest else {
            throw RPCError(
                .resourceExhausted, reason: "request_too_large",
                message: "The request of \(frame.payload.count) bytes is above the limit of"
                    + " \(ServerConnection.longestStreamRequest) bytes for a stream.")
        }
        return (head, method, RPCRouter.RequestBody(bytes: frame.payload, offset: offset))
    }

    private func begin(
        _ streamID: UInt32, _ head: RequestHead, _ method: MethodInfo, _ body: RPCRouter.RequestBody
    ) {
        let timeout = head.timeoutMilliseconds.map { milliseconds in
            min(Duration.milliseconds(Int64(clamping: milliseconds)), limits.maximumDeadline)
        }
        let call = ServerCall(
            streamID: streamID, head: head, method: method, body: body, deadline: timeout.map { .now + $0 },
            peerMaximumLength: peerMaximumLength, facts: facts, connection: reference)
        if timeout == .zero {
            return appendStatus(ServerCall.deadlineExceeded, streamID, requestID: call.requestID)
        }
        let deadline = timeout.map { NIODeadline.now() + TimeAmount($0) }
        let stream = method.kind == .unary ? nil : ServerStream(window: head.window)
        calls[streamID] = Call(call: call, task: nil, deadline: deadline, stream: stream)
        running += 1
        if let deadline { watchDeadline(deadline) }
        if stream != nil {
            openStreams += 1
            watchLiveliness()
        }
        // A handler that waited for nothing has answered by now.
        let task = start(call)
        calls[streamID]?.task = task
    }

    /// Begins the handler: on the event loop, as waiting for another thread costs more than most handlers do up to where
    /// they wait for something themselves; from there they go on on Swift's threads.
    private func start(_ call: ServerCall) -> Task<Void, Never> {
        // What a handler waits for may be there at once, and then it stays on the loop.
        let isHeavy =
            call.body.bytes.count > ServerConnection.longestImmediateRequest
            || facts.configuration.heavyMethods.contains(call.method.fullName)
        if !isHeavy { return Task.immediate { await call.run() } }
        // Who changes something gives way to nobody: others may wait for it.
        let lane = call.method.isMutation ? nil : facts.configuration.heavyLane
        return Task(executorPreference: lane?.executor) { await call.run() }
    }

    /// The handler of a call has returned: answers it, unless that was done.
    func finish(_ streamID: UInt32, _ outcome: ServerCall.Outcome) {
        running -= 1
        if let call = remove(streamID) {
            switch outcome {
            case .message(let message):
                write(message, streamID)
                append(.status, streamID: streamID, ServerConnection.ok)
            case .ended:
                append(.status, streamID: streamID, ServerConnection.ok)
            case .failed(let error):
                appendStatus(error, streamID, requestID: call.call.requestID)
            }
            scheduleFlush()
            closeIfDrained()
        }
        finishIfEnded()
    }

    /// Takes the duty to answer a call; nil if somebody has taken it.
    private func remove(_ streamID: UInt32) -> Call? {
        guard var call = calls.removeValue(forKey: streamID) else { return nil }
        if call.stream != nil {
            openStreams -= 1
            call.stream?.end()
        }
        if limits.idleTimeout != nil { lastActivity = .now() }
        return call
    }

    // MARK: Streams

    /// Sends a message of a stream, at once or when there is credit and room.
    func send(_ waiting: ServerStream.Waiting, on streamID: UInt32) {
        guard calls[streamID]?.stream != nil, !waiting.ticket.isWithdrawn else {
            return waiting.continuation.resume(returning: false)
        }
        calls[streamID]?.stream?.waiting.append(waiting)
        sendWhatWaits(on: streamID)
    }

    /// A handler waits no longer for its message to be sent.
    func withdraw(_ ticket: ServerStream.Ticket, on streamID: UInt32) {
        calls[streamID]?.stream?.withdraw(ticket)
    }

    /// Sends the messages of a stream while it has credit and the socket has room.
    private func sendWhatWaits(on streamID: UInt32) {
        while !isPaused, sendOne(on: streamID) {}
        getInLine(streamID)
    }

    private func sendOne(on streamID: UInt32) -> Bool {
        guard let waiting = calls[streamID]?.stream?.next() else { return false }
        write(waiting.message, streamID)
        waiting.continuation.resume(returning: true)
        scheduleFlush()
        return true
    }

    /// A stream that waits for nothing but the socket.
    private func getInLine(_ streamID: UInt32) {
        guard let stream = calls[streamID]?.stream, stream.isReady, !stream.isInLine else { return }
        calls[streamID]?.stream?.isInLine = true
        line.append(streamID)
    }

    /// Sends messages of streams that waited for the socket, one of each in turn.
    private func sendInTurn() {
        while !isPaused, let streamID = line.popFirst() {
            calls[streamID]?.stream?.isInLine = false
            _ = sendOne(on: streamID)
            getInLine(streamID)
        }
    }

    // MARK: Time

    /// One timer for the deadlines of all calls: it is there for the earliest, and most calls end before.
    private func watchDeadline(_ deadline: NIODeadline) {
        if let deadlineTimer {
            guard deadline < deadlineTimer.due else { return }
            deadlineTimer.timer.cancel()
        }
        let timer = reference.schedule(at: deadline) { connection in
            connection.deadlineTimer = nil
            connection.expireCalls()
        }
        deadlineTimer = (deadline, timer)
    }

    /// Answers the calls whose deadline has passed, however long their handlers take to notice.
    private func expireCalls() {
        let now = NIODeadline.now()
        for (streamID, call) in calls {
            guard let deadline = call.deadline, deadline <= now, let call = remove(streamID) else { continue }
            call.task?.cancel()
            appendStatus(ServerCall.deadlineExceeded, streamID, requestID: call.call.requestID)
        }
        scheduleFlush()
        closeIfDrained()
        if let next = calls.values.compactMap(\.deadline).min() { watchDeadline(next) }
    }

    /// One timer for as long as there are streams: a connection without costs no wake-ups.
    private func watchLiveliness() {
        guard keepaliveTimer == nil, let interval = limits.keepaliveInterval.map(TimeAmount.init) else { return }
        askedAt = nil
        keepaliveTimer = reference.schedule(at: lastSign + interval) { $0.checkLiveliness(interval) }
    }

    private func checkLiveliness(_ interval: TimeAmount) {
        keepaliveTimer = nil
        guard openStreams > 0, phase.takesFrames else { return }
        let now = NIODeadline.now()
        let timeout = TimeAmount(limits.keepaliveTimeout)
        if isPaused {
            // Nothing is read just now, not even a sign of life; another timer sees whether the client reads.
            askedAt = nil
            keepaliveTimer = reference.schedule(at: now + interval) { $0.checkLiveliness(interval) }
            return
        }
        if let askedAt, lastSign <= askedAt {
            guard now < askedAt + timeout else {
                return refuse(
                    RPCError(
                        .unavailable, reason: "keepalive_timeout",
                        message: "The client has a stream open and gives no sign of life."))
            }
        } else if lastSign + interval <= now {
            pings += 1
            askedAt = now
            append(.ping, streamID: 0, ServerConnection.bytes(of: pings))
            scheduleFlush()
        } else {
            askedAt = nil
        }
        // Looked after an interval in any case: when the answer has come the next silence has begun.
        let due = askedAt.map { min($0 + timeout, now + interval) } ?? lastSign + interval
        keepaliveTimer = reference.schedule(at: due) { $0.checkLiveliness(interval) }
    }

    /// Ends the connection of a client that takes nothing of what waits for it for as long as one that says nothing.
    private func watchProgress() {
        guard progressTimer == nil, phase.takesFrames, let interval = limits.keepaliveInterval else { return }
        let before = bytesThatWait
        progressTimer = reference.schedule(at: .now() + TimeAmount(interval + limits.keepaliveTimeout)) { connection in
            connection.progressTimer = nil
            guard connection.isPaused, connection.phase.takesFrames else { return }
            if connection.bytesThatWait < before { return connection.watchProgress() }
            connection.facts.logger.info(
                "connection closed", metadata: ["reason": "keepalive_timeout", "message": "The client reads nothing."])
            connection.channel.close(promise: nil)
        }
    }

    /// The bytes that the socket has not taken.
    private var bytesThatWait: Int {
        (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    private func watchIdleness() {
        guard let timeout = limits.idleTimeout.map(TimeAmount.init), phase.takesFrames else { return }
        let now = NIODeadline.now()
        let due = calls.isEmpty ? lastActivity + timeout : now + timeout
        if due <= now {
            // A client that does not even take its answers is not waited for.
            partSoon()
            return drain("The connection was idle.")
        }
        idleTimer = reference.schedule(at: due) { $0.watchIdleness() }
    }

    // MARK: Writing

    private func append(_ type: FrameType, flags: UInt8 = 0, streamID: UInt32, _ payload: [UInt8]) {
        guard phase != .closed else { return }
        batch.writeFrame(type, flags: flags, streamID: streamID, payload)
        if batch.readableBytes >= ServerConnection.batchBytes { handOver() }
    }

    private func appendStatus(_ error: RPCError, _ streamID: UInt32, requestID: String?) {
        var status = Status(error)
        if let requestID { status.metadata[MetadataKey.requestID] = requestID }
        append(.status, streamID: streamID, status.encoded(within: peerMaximumLength))
    }

    private func write(_ message: OutgoingMessage, _ streamID: UInt32) {
        switch message {
        case .payload(let payload):
            append(.message, streamID: streamID, payload)
        case .framed(let buffer):
            handOver()
            needsFlush = true
            context?.write(wrapOutboundOut(buffer), promise: nil)
        }
    }

    /// Gives the channel what was gathered.
    private func handOver() {
        guard batch.readableBytes > 0 else { return }
        var full = ByteBuffer()
        swap(&full, &batch)
        needsFlush = true
        context?.write(wrapOutboundOut(full), promise: nil)
    }

    /// Flushes what was written, with what else is written in this turn of the loop.
    private func scheduleFlush() {
        guard !isReading, !isFlushScheduled else { return }
        // Nothing can join a lone answer.
        if calls.isEmpty { return flush() }
        isFlushScheduled = true
        reference.later { connection in
            connection.isFlushScheduled = false
            connection.flush()
        }
    }

    private func flush() {
        guard let context else { return }
        guard batch.readableBytes > 0 else {
            if needsFlush {
                needsFlush = false
                context.flush()
            }
            return
        }
        // Whatever is written meanwhile, by a change of writability, goes to a batch of its own.
        var sent = ByteBuffer()
        swap(&sent, &batch)
        needsFlush = false
        context.writeAndFlush(wrapOutboundOut(sent), promise: nil)
        if batch.capacity == 0, sent.capacity <= ServerConnection.keptBytes {
            sent.clear()
            batch = sent
        }
    }

    // MARK: Texts

    private static let ok = Status.ok.encoded(within: Frame.leastMaximumLength)

    private static let gaveUp = RPCError(.cancelled, reason: "cancelled", message: "The caller gave up.")

    static let shuttingDown = RPCError(
        .unavailable, reason: "shutting_down", message: "The server is shutting down.")

    private static func protocolError(for error: FrameError) -> RPCError {
        if case .tooLong = error {
            return RPCError(.resourceExhausted, reason: "frame_too_large", message: "\(error)")
        }
        return protocolError("\(error)")
    }

    private static func protocolError(_ message: String) -> RPCError {
        RPCError(.invalidArgument, reason: "protocol_error", message: message)
    }

    /// A number as eight bytes, the highest first.
    private static func bytes(of number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
    }

    /// A name from the peer, fit to be shown.
    private static func printable(_ name: String) -> String {
        String(
            String.UnicodeScalarView(
                name.unicodeScalars.prefix(100).map { $0.value > 32 && $0.value < 127 ? $0 : "?" }))
    }
}
