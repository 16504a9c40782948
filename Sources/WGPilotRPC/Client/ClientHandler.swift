internal import NIOCore
internal import WGPilotProtocol

/// The client's side of one connection. Everything in it happens on the channel's event loop, which is what keeps stream
/// ids in order on the wire.
final class ClientHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    typealias Outcome = Result<[UInt8], RPCError>

    private enum Phase {
        /// The server's hello is still to come.
        case awaitingHello
        /// Calls may be made. From `awaitingHello`.
        case open(Hello)
        /// Those under way are answered, and no more are made. From `open`.
        case leaving
        /// Over. From all; final.
        case closed
    }

    /// Who waits for the answer.
    enum Receiver {
        case unary(CheckedContinuation<Outcome, Never>)
        case stream(StreamInbox, window: UInt32)

        func finish(_ outcome: Outcome) {
            switch self {
            case .unary(let continuation): continuation.resume(returning: outcome)
            case .stream(let inbox, _):
                switch outcome {
                case .success: inbox.finish(nil)
                case .failure(let error): inbox.finish(error)
                }
            }
        }
    }

    /// A call, from when it is made to its status.
    private struct Call {
        let token: CallToken
        /// Nil once the caller gave up: the server still counts the call until its status.
        var receiver: Receiver?
        /// What is to be sent once the server takes another call; nil once it is sent.
        var request: OutgoingRequest?
        var message: [UInt8]?
        /// What the server may send on a stream, which it knows no sooner than we do.
        var credit: StreamCredit?
        /// When the caller's time is up.
        let deadline: NIODeadline?
        var timer: Scheduled<Void>?
    }

    /// The server's hello, or why there was none.
    private let greeting: EventLoopPromise<Hello>
    private let hello: Hello
    private let keepalive: KeepalivePolicy?
    /// Told when the connection takes no more calls.
    private let usability: Usability

    private var phase = Phase.awaitingHello
    private var context: ChannelHandlerContext?

    private var reader: FrameReader
    private var isReading = false
    /// Frames that go out with the next flush.
    private var outbound = ByteBuffer()
    private var needsFlush = false
    private var isFlushScheduled = false
    /// The largest buffer that is kept for the next frames.
    private static let keptBytes = 16 << 10

    private var calls: [UInt32: Call] = [:]
    /// Calls that wait for others to end, in order; of those that were given up meanwhile the number is left.
    private var queue = CircularBuffer<UInt32>()
    /// How many calls are with the server, and how many may be.
    private var callsWithServer = 0
    private var maximumCalls = Int.max
    private var lastStreamID: UInt32 = 0
    private var lastSentStreamID: UInt32 = 0
    /// Whether the server knows window and ping frames, and keeps to its credit.
    private var hasFlowControl = false

    private var lastHeard = NIODeadline.now()
    private var pingedAt: NIODeadline?
    private var keepaliveTimer: Scheduled<Void>?

    init(hello: Hello, greeting: EventLoopPromise<Hello>, keepalive: KeepalivePolicy?, usability: Usability) {
        self.hello = hello
        self.greeting = greeting
        self.keepalive = keepalive
        self.usability = usability
        self.reader = FrameReader(maximumLength: Int(clamping: hello.maximumFrameLength))
    }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { greet() }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        close(ClientHandler.lost)
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        greet()
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        close(ClientHandler.lost)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        close(ClientHandler.lost)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        isReading = true
        lastHeard = .now()
        var buffer = unwrapInboundIn(data)
        do {
            while let frame = try reader.next(from: &buffer) {
                if case .closed = phase { return }
                try handle(frame)
            }
        } catch {
            close((error as? RPCError) ?? ClientHandler.malformed("The server sent what is not a frame: \(error)"))
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        flush()
        context.fireChannelReadComplete()
    }

    private func greet() {
        if case .closed = phase {
            // Given up while it was being made.
            context?.close(promise: nil)
            return
        }
        guard let payload = try? CBOREncoder().encode(hello) else { return }
        send(Frame(type: .hello, streamID: 0, payload: payload))
    }

    // MARK: Frames

    private func handle(_ frame: Frame) throws(RPCError) {
        if frame.type == .status, frame.streamID == 0 {
            // The server says why it is about to close.
            throw ClientHandler.status(frame.payload)?.error
                ?? ClientHandler.malformed("The server closed the connection without an error.")
        }
        switch (phase, frame.type) {
        case (.closed, _):
            break
        case (.awaitingHello, .hello):
            try begin(frame)
        case (.open, .message), (.leaving, .message):
            try receiveMessage(frame)
        case (.open, .status), (.leaving, .status):
            try receiveStatus(frame)
        case (.open, .ping), (.leaving, .ping):
            try answerPing(frame)
        case (.open, .goaway), (.leaving, .goaway):
            try leave(frame)
        default:
            throw ClientHandler.malformed("The server sent a \(frame.type) frame where none may be.")
        }
    }

    private func begin(_ frame: Frame) throws(RPCError) {
        guard let hello = try? CBORDecoder().decode(Hello.self, from: frame.payload), frame.streamID == 0 else {
            throw ClientHandler.malformed("The server's hello is malformed.")
        }
        if let refusal = hello.refusal { throw refusal }
        if let maximumCalls = hello.maximumCalls {
            self.maximumCalls = max(Int(clamping: maximumCalls), 1)
            hasFlowControl = true
        }
        phase = .open(hello)
        greeting.succeed(hello)
    }

    private func receiveMessage(_ frame: Frame) throws(RPCError) {
        try expectSent(frame)
        // Of a call that has ended there may be none, but what harm does it do.
        guard var call = calls[frame.streamID], call.request == nil else { return }
        if hasFlowControl, var credit = call.credit {
            // An empty message is none, and would cost nothing.
            guard credit.allowsMessage, !frame.payload.isEmpty else {
                throw ClientHandler.malformed("The server sent more on a stream than it was allowed to.")
            }
            credit.spend(frame.payload.count)
            call.credit = credit
            calls[frame.streamID] = call
        }
        switch call.receiver {
        case nil: break
        case .stream(let inbox, _): inbox.put(frame.payload)
        case .unary:
            guard call.message == nil else {
                return giveUp(
                    frame.streamID, ClientHandler.malformed("The server sent two messages for one call."))
            }
            calls[frame.streamID]?.message = frame.payload
        }
    }

    private func receiveStatus(_ frame: Frame) throws(RPCError) {
        try expectSent(frame)
        guard let call = calls[frame.streamID], call.request == nil else { return }
        calls[frame.streamID] = nil
        call.timer?.cancel()
        callsWithServer -= 1
        let outcome = ClientHandler.outcome(of: call, frame.payload)
        // Before the caller hears of it, so that what it does next is not done here.
        if case .failure(let error) = outcome, error.reason == "shutting_down" { leave(after: .max) }
        call.receiver?.finish(outcome)
        sendQueued()
        if calls.isEmpty, case .leaving = phase { close(ClientHandler.lost) }
    }

    private static func outcome(of call: Call, _ payload: [UInt8]) -> Outcome {
        guard let status = status(payload) else {
            return .failure(malformed("The server's status is malformed."))
        }
        if let error = status.error { return .failure(error) }
        if call.credit != nil { return .success([]) }
        guard let message = call.message else {
            return .failure(malformed("The server answered without a message."))
        }
        return .success(message)
    }

    private func expectSent(_ frame: Frame) throws(RPCError) {
        guard frame.streamID <= lastSentStreamID else {
            throw ClientHandler.malformed("The server answered a call that was never made.")
        }
    }

    private func answerPing(_ frame: Frame) throws(RPCError) {
        guard frame.streamID == 0, frame.payload.count <= Frame.maximumPingBytes else {
            throw ClientHandler.malformed("The server's ping is malformed.")
        }
        guard frame.flags & Frame.answerFlag == 0 else { return }
        send(Frame(type: .ping, flags: Frame.answerFlag, streamID: 0, payload: frame.payload))
    }

    /// The server takes no more calls. Those that it did not take can be made elsewhere.
    private func leave(_ frame: Frame) throws(RPCError) {
        guard let goAway = try? CBORDecoder().decode(GoAway.self, from: frame.payload), frame.streamID == 0 else {
            throw ClientHandler.malformed("The server's goaway is malformed.")
        }
        leave(after: goAway.lastStreamID)
    }

    private func leave(after lastTaken: UInt32) {
        phase = .leaving
        usability.end()
        for (streamID, call) in calls where streamID > lastTaken || call.request != nil {
            calls[streamID] = nil
            if call.request == nil { callsWithServer -= 1 }
            call.timer?.cancel()
            call.receiver?.finish(.failure(ClientHandler.notSent))
        }
        queue.removeAll()
        if calls.isEmpty { close(ClientHandler.lost) }
    }

    private static func status(_ payload: [UInt8]) -> Status? {
        if payload == [0xa1, 0x01, 0x00] { return .ok }
        return try? CBORDecoder().decode(Status.self, from: payload)
    }

    // MARK: Calls

    /// Makes a call, or has it wait until the server takes another one. A while after the deadline it fails here even if
    /// the server stays silent; one that still waits then is not made at all.
    func start(_ token: CallToken, _ request: OutgoingRequest, deadline: NIODeadline?, receiver: Receiver) {
        guard case .open(let serverHello) = phase else { return receiver.finish(.failure(ClientHandler.notSent)) }
        guard !token.isCancelled else { return receiver.finish(.failure(ClientHandler.cancelled)) }
        guard let limit = Int(exactly: serverHello.maximumFrameLength),
            Frame.minimumLength + request.payloadBytes <= limit
        else {
            let error = RPCError(
                .resourceExhausted, reason: "request_too_large",
                message: "The request of \(request.payloadBytes) bytes is above the server's limit of"
                    + " \(serverHello.maximumFrameLength) bytes.")
            return receiver.finish(.failure(error))
        }
        guard lastStreamID < .max else {
            // The numbers are used up: as if the server had said so.
            leave(after: .max)
            return receiver.finish(.failure(ClientHandler.notSent))
        }
        lastStreamID += 1
        let streamID = lastStreamID
        token.streamID = streamID
        var call = Call(token: token, receiver: receiver, deadline: deadline)
        if case .stream(_, let window) = receiver { call.credit = StreamCredit(window: window) }
        if callsWithServer < maximumCalls {
            call.timer = timer(for: streamID, deadline)
            calls[streamID] = call
            send(request, streamID)
        } else {
            call.request = request
            call.timer = deadline.flatMap { deadline in
                context?.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
                    self.giveUp(streamID, ClientHandler.notMade)
                }
            }
            calls[streamID] = call
            queue.append(streamID)
        }
        watchServer()
    }

    /// Fails a call that is with the server a while after its deadline.
    private func timer(for streamID: UInt32, _ deadline: NIODeadline?) -> Scheduled<Void>? {
        deadline.flatMap { deadline in
            context?.eventLoop.assumeIsolated().scheduleTask(deadline: deadline + TimeAmount(RPCClient.grace)) {
                self.giveUp(streamID, ClientHandler.unanswered)
            }
        }
    }

    private func send(_ request: OutgoingRequest, _ streamID: UInt32) {
        callsWithServer += 1
        lastSentStreamID = streamID
        if let payload = request.write(to: &outbound, streamID: streamID) {
            writeOutbound()
            context?.write(NIOAny(payload), promise: nil)
        }
        scheduleFlush()
    }

    private func sendQueued() {
        while callsWithServer < maximumCalls, let streamID = queue.popFirst() {
            guard var call = calls[streamID], let request = call.request else { continue }
            call.request = nil
            call.timer?.cancel()
            call.timer = timer(for: streamID, call.deadline)
            calls[streamID] = call
            send(request, streamID)
        }
    }

    /// The caller's task was cancelled. Does nothing for a call that is not under way.
    func cancel(_ token: CallToken) {
        giveUp(token.streamID, ClientHandler.cancelled)
    }

    private func giveUp(_ streamID: UInt32, _ error: RPCError) {
        guard var call = calls[streamID], let receiver = call.receiver else { return }
        call.timer?.cancel()
        if call.request != nil {
            calls[streamID] = nil
        } else {
            call.receiver = nil
            call.message = nil
            calls[streamID] = call
            send(Frame(type: .cancel, streamID: streamID))
        }
        receiver.finish(.failure(error))
    }

    /// The reader of a stream took so many bytes: the server may send as many more.
    func grant(_ token: CallToken, _ bytes: UInt32) {
        let streamID = token.streamID
        guard hasFlowControl, var call = calls[streamID], call.receiver != nil, var credit = call.credit,
            credit.grant(bytes), let payload = try? CBOREncoder().encode(bytes)
        else { return }
        call.credit = credit
        calls[streamID] = call
        send(Frame(type: .window, streamID: streamID, payload: payload))
    }

    // MARK: Signs of life

    /// Looks after the server as long as calls wait.
    private func watchServer() {
        guard let keepalive, hasFlowControl, keepaliveTimer == nil else { return }
        // Until now there was nothing to be heard.
        lastHeard = .now()
        schedule(TimeAmount(keepalive.interval), keepalive)
    }

    private func schedule(_ delay: TimeAmount, _ keepalive: KeepalivePolicy) {
        keepaliveTimer = context?.eventLoop.assumeIsolated().scheduleTask(in: delay) {
            self.keepaliveTimer = nil
            self.look(keepalive)
        }
    }

    private func look(_ keepalive: KeepalivePolicy) {
        guard !calls.isEmpty else {
            pingedAt = nil
            return
        }
        let now = NIODeadline.now()
        if let pinged = pingedAt, pinged > lastHeard {
            let left = TimeAmount(keepalive.timeout) - (now - pinged)
            guard left > .zero else { return close(ClientHandler.silent(keepalive)) }
            return schedule(min(left, TimeAmount(keepalive.interval)), keepalive)
        }
        let left = TimeAmount(keepalive.interval) - (now - lastHeard)
        guard left <= .zero else { return schedule(left, keepalive) }
        pingedAt = now
        send(Frame(type: .ping, streamID: 0))
        schedule(min(TimeAmount(keepalive.timeout), TimeAmount(keepalive.interval)), keepalive)
    }

    // MARK: Writing

    private func send(_ frame: Frame) {
        frame.write(to: &outbound)
        scheduleFlush()
    }

    private func writeOutbound() {
        guard outbound.readableBytes > 0 else { return }
        var full = ByteBuffer()
        swap(&full, &outbound)
        context?.write(NIOAny(full), promise: nil)
    }

    /// What is written in one turn of the event loop goes out in one flush. Where there is one call nothing can join it.
    private func scheduleFlush() {
        needsFlush = true
        guard !isReading, !isFlushScheduled, let context else { return }
        guard calls.count > 1 else { return flush() }
        isFlushScheduled = true
        context.eventLoop.assumeIsolated().execute {
            self.isFlushScheduled = false
            self.flush()
        }
    }

    private func flush() {
        guard needsFlush, let context else { return }
        needsFlush = false
        guard outbound.readableBytes > 0 else { return context.flush() }
        var sent = ByteBuffer()
        swap(&sent, &outbound)
        context.writeAndFlush(NIOAny(sent), promise: nil)
        // The socket has mostly taken it by now, and the memory serves again.
        if outbound.capacity == 0, sent.capacity <= ClientHandler.keptBytes {
            sent.clear()
            outbound = sent
        }
    }

    // MARK: The end

    /// Ends the connection; the first reason given counts.
    func close(_ error: RPCError) {
        switch phase {
        case .closed: return
        case .awaitingHello: greeting.fail(error)
        case .open, .leaving: break
        }
        phase = .closed
        usability.end()
        keepaliveTimer?.cancel()
        let ended = calls
        calls = [:]
        queue.removeAll()
        for call in ended.values {
            call.timer?.cancel()
            let failure = call.request == nil ? ClientHandler.lostCall(because: error) : ClientHandler.notSent
            call.receiver?.finish(.failure(failure))
        }
        // What was sent last, a cancel say, is not worth waiting for.
        context?.close(promise: nil)
    }

    // MARK: Errors

    static let closedByCaller = RPCError(
        .unavailable, reason: "connection_closed", message: "The connection was closed on this side.")

    /// The request never left, or was not begun: repeating it is safe whatever the method.
    static let notSent = RPCError(
        .unavailable, reason: "not_connected", message: "There is no connection to the server; nothing was sent.")

    static let lost = RPCError(
        .unavailable, reason: "connection_lost", message: "The connection to the server was lost.")

    static let cancelled = RPCError(.cancelled, reason: "cancelled", message: "The call was given up.")

    /// The request never left its queue.
    static let notMade = RPCError(
        .deadlineExceeded, reason: "deadline_exceeded",
        message: "The connection's other calls did not end in time; nothing was sent.")

    static let unanswered = RPCError(
        .deadlineExceeded, reason: "deadline_exceeded",
        message: "The server did not answer in time; the call may still have taken effect.")

    static func malformed(_ message: String) -> RPCError {
        RPCError(.internal, reason: "malformed_response", message: message)
    }

    private static func silent(_ keepalive: KeepalivePolicy) -> RPCError {
        RPCError(
            .unavailable, reason: "connection_lost",
            message: "The server gave no sign of life for \(keepalive.interval + keepalive.timeout).")
    }

    /// What a call that was sent is told when the connection ends because of `error`.
    private static func lostCall(because error: RPCError) -> RPCError {
        if ["malformed_response", "connection_closed"].contains(error.reason) { return error }
        let cause = error.reason == lost.reason ? error.message : "\(lost.message) \(error.message)"
        return RPCError(
            .unavailable, reason: lost.reason, message: "\(cause) The call may have taken effect.")
    }
}
