internal import NIOCore
internal import WGPilotProtocol

/// The client's side of one connection. Everything in it happens on the channel's event loop, which is what keeps stream
/// ids in order on the wire.
final class ClientHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias Outcome = Result<[UInt8], RPCError>

    private enum Phase {
        /// The server's hello is still to come.
        case awaitingHello
        /// Calls may be made. From `awaitingHello`.
        case open(Hello)
        /// Over, for this reason. From both; final.
        case closed(RPCError)
    }

    /// Who waits for the answer.
    enum Receiver {
        case unary(CheckedContinuation<Outcome, Never>)
        case stream(AsyncThrowingStream<[UInt8], any Error>.Continuation)

        func finish(_ outcome: Outcome) {
            switch self {
            case .unary(let continuation): continuation.resume(returning: outcome)
            case .stream(let continuation):
                switch outcome {
                case .success: continuation.finish()
                case .failure(let error): continuation.finish(throwing: error)
                }
            }
        }
    }

    /// A call that waits for its status.
    private struct Pending {
        let token: CallToken
        let receiver: Receiver
        var message: [UInt8]?
        var timer: Scheduled<Void>?
    }

    /// The server's hello, or why there was none.
    let greeting: EventLoopPromise<Hello>

    private let hello: Hello
    private var phase = Phase.awaitingHello
    private var decoder: FrameDecoder
    private var pending: [UInt32: Pending] = [:]
    private var lastStreamID: UInt32 = 0
    private var context: ChannelHandlerContext?

    init(hello: Hello, eventLoop: any EventLoop) {
        self.hello = hello
        self.decoder = FrameDecoder(maximumLength: Int(clamping: hello.maximumFrameLength))
        self.greeting = eventLoop.makePromise()
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
        decoder.append(unwrapInboundIn(data).readableBytesView)
        do {
            while let frame = try decoder.next() {
                if case .closed = phase { return }
                try handle(frame)
            }
        } catch {
            close(
                (error as? RPCError) ?? ClientHandler.malformed("The server sent what is not a frame: \(error)"))
        }
    }

    private func greet() {
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
            guard let hello = try? CBORDecoder().decode(Hello.self, from: frame.payload), frame.streamID == 0 else {
                throw ClientHandler.malformed("The server's hello is malformed.")
            }
            if let refusal = hello.refusal { throw refusal }
            phase = .open(hello)
            greeting.succeed(hello)
        case (.open, .message):
            try receive(frame) { pending in
                if case .stream(let continuation) = pending.receiver {
                    continuation.yield(frame.payload)
                    return nil
                }
                guard pending.message == nil else {
                    return .failure(ClientHandler.malformed("The server sent two messages for one call."))
                }
                pending.message = frame.payload
                return nil
            }
        case (.open, .status):
            try receive(frame) { pending in
                guard let status = ClientHandler.status(frame.payload) else {
                    return .failure(ClientHandler.malformed("The server's status is malformed."))
                }
                if let error = status.error { return .failure(error) }
                if case .stream = pending.receiver { return .success([]) }
                guard let message = pending.message else {
                    return .failure(ClientHandler.malformed("The server answered without a message."))
                }
                return .success(message)
            }
        default:
            throw ClientHandler.malformed("The server sent a \(frame.type) frame where none may be.")
        }
    }

    /// Hands a frame to its call and finishes the call if that gives an outcome. Frames of calls that were given up are
    /// still under way when that happens and are dropped.
    private func receive(_ frame: Frame, _ body: (inout Pending) -> Outcome?) throws(RPCError) {
        guard frame.streamID <= lastStreamID else {
            throw ClientHandler.malformed("The server answered a call that was never made.")
        }
        guard var call = pending[frame.streamID] else { return }
        if let outcome = body(&call) {
            finish(frame.streamID, outcome)
        } else {
            pending[frame.streamID] = call
        }
    }

    private static func status(_ payload: [UInt8]) -> Status? {
        try? CBORDecoder().decode(Status.self, from: payload)
    }

    // MARK: Calls

    /// Sends a request. `localTimeout` is when the call fails here even if the server stays silent.
    func start(
        _ token: CallToken, payload: [UInt8], localTimeout: TimeAmount?,
        receiver: Receiver
    ) {
        let serverHello: Hello
        switch phase {
        case .open(let hello): serverHello = hello
        case .awaitingHello:
            return receiver.finish(.failure(ClientHandler.notSent))
        case .closed:
            return receiver.finish(.failure(ClientHandler.notSent))
        }
        guard !token.isCancelled else { return receiver.finish(.failure(ClientHandler.cancelled)) }
        guard let limit = Int(exactly: serverHello.maximumFrameLength), Frame.minimumLength + payload.count <= limit
        else {
            let error = RPCError(
                .resourceExhausted, reason: "request_too_large",
                message: "The request of \(payload.count) bytes is above the server's limit of"
                    + " \(serverHello.maximumFrameLength) bytes.")
            return receiver.finish(.failure(error))
        }
        guard lastStreamID < .max else {
            close(ClientHandler.lost)
            return receiver.finish(.failure(ClientHandler.notSent))
        }
        lastStreamID += 1
        let streamID = lastStreamID
        let timer = localTimeout.map { timeout in
            context?.eventLoop.assumeIsolated().scheduleTask(in: timeout) {
                self.giveUp(
                    streamID,
                    RPCError(
                        .deadlineExceeded, reason: "deadline_exceeded",
                        message: "The server did not answer in time; the call may still have taken effect."))
            }
        }
        pending[streamID] = Pending(token: token, receiver: receiver, timer: timer ?? nil)
        token.streamID = streamID
        send(Frame(type: .request, streamID: streamID, payload: payload))
    }

    /// The caller's task was cancelled. Does nothing for a call that is not under way.
    func cancel(_ token: CallToken) {
        giveUp(token.streamID, ClientHandler.cancelled)
    }

    private func giveUp(_ streamID: UInt32, _ error: RPCError) {
        guard pending[streamID] != nil else { return }
        finish(streamID, .failure(error))
        send(Frame(type: .cancel, streamID: streamID))
    }

    private func finish(_ streamID: UInt32, _ outcome: Outcome) {
        guard let call = pending.removeValue(forKey: streamID) else { return }
        call.timer?.cancel()
        call.receiver.finish(outcome)
    }

    // MARK: The end

    /// Ends the connection; the first reason given counts.
    func close(_ error: RPCError) {
        if case .closed = phase { return }
        let wasOpen: Bool
        if case .open = phase { wasOpen = true } else { wasOpen = false }
        phase = .closed(error)
        if !wasOpen { greeting.fail(error) }
        let calls = pending
        pending = [:]
        for call in calls.values {
            call.timer?.cancel()
            call.receiver.finish(.failure(ClientHandler.lostCall(because: error)))
        }
        context?.close(promise: nil)
    }

    private func send(_ frame: Frame) {
        context?.writeAndFlush(NIOAny(frame.buffer), promise: nil)
    }

    // MARK: Errors

    static let closedByCaller = RPCError(
        .unavailable, reason: "connection_closed", message: "The connection was closed on this side.")

    /// The request never left: repeating it is safe whatever the method.
    static let notSent = RPCError(
        .unavailable, reason: "not_connected", message: "There is no connection to the server; nothing was sent.")

    private static let lost = RPCError(
        .unavailable, reason: "connection_lost", message: "The connection to the server was lost.")

    private static let cancelled = RPCError(.cancelled, reason: "cancelled", message: "The call was given up.")

    static func malformed(_ message: String) -> RPCError {
        RPCError(.internal, reason: "malformed_response", message: message)
    }

    /// What a call in flight is told when the connection ends because of `error`.
    private static func lostCall(because error: RPCError) -> RPCError {
        if error.reason == "malformed_response" || error.code == .unavailable { return error }
        return RPCError(
            .unavailable, reason: "connection_lost",
            message: "The connection to the server was lost: \(error.message)")
    }
}
