import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOSSL

/// Ends connections whose clients are too slow, or whose requests are malformed.
///
/// It stands behind the reader of HTTP; ``FirstByteHandler``, before that, tells it of bytes that are no whole head yet.
final class ConnectionClock: ChannelDuplexHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private enum Phase {
        case idle, head, body, answering, lingering
    }

    private let times: ConnectionTimes
    private var phase = Phase.idle
    private var deadline: Scheduled<Void>?
    private var writeDeadline: Scheduled<Void>?
    private var isReadingRequest = false
    private var answersDue = 0
    private var closesAfterAnswer = false
    private var context: ChannelHandlerContext?

    init(times: ConnectionTimes) {
        self.times = times
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        // From the connection on, so that TLS counts.
        enter(.head)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
        writeDeadline?.cancel()
        self.context = nil
    }

    /// Bytes came while no request was under way.
    func bytesArrived() {
        if phase == .idle { enter(.head) }
    }

    private func enter(_ phase: Phase) {
        self.phase = phase
        deadline?.cancel()
        deadline = nil
        let limit: TimeAmount
        switch phase {
        case .idle:
            waitForNext(after: nil)
            return
        case .head: limit = times.head
        case .body: limit = times.body
        case .answering: return
        // So that the answer is read before the connection is reset for what was still sent.
        case .lingering: limit = .seconds(2)
        }
        deadline = schedule(in: limit)
    }

    private func schedule(in limit: TimeAmount) -> Scheduled<Void>? {
        guard let channel = context?.channel else { return nil }
        return channel.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
    }

    /// Ends the connection unless the next request begins in time. An answer is written long before a slow client has read it:
    /// as long as it reads on, it is not idle.
    private func waitForNext(after waiting: Int?) {
        guard let channel = context?.channel else { return }
        let timer = channel.eventLoop.assumeIsolated().scheduleTask(in: times.idle) { [weak self] in
            guard let self, self.context != nil else { return }
            if let now = Self.waiting(channel), now > 0, now < waiting ?? .max {
                self.waitForNext(after: now)
            } else {
                channel.close(promise: nil)
            }
        }
        deadline = timer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            isReadingRequest = true
            answersDue += 1
            enter(.body)
        case .body: break
        case .end:
            isReadingRequest = false
            if answersDue > 0 { enter(.answering) } else { enter(.idle) }
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head):
            if head.headerFields[.connection] == "close" { closesAfterAnswer = true }
            context.write(data, promise: promise)
        case .body: context.write(data, promise: promise)
        case .end:
            answersDue -= 1
            if closesAfterAnswer {
                context.writeAndFlush(data, promise: promise)
                context.close(mode: .output, promise: nil)
                enter(.lingering)
                return
            }
            context.write(data, promise: promise)
            if answersDue <= 0, !isReadingRequest { enter(.idle) }
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        writeDeadline?.cancel()
        writeDeadline = nil
        if !context.channel.isWritable { watchWriting(context.channel) }
        context.fireChannelWritabilityChanged()
    }

    /// Ends the connection unless some of what waits for the client is taken in time, and again from there: a large answer may
    /// take as long as it takes, as long as the client reads.
    private func watchWriting(_ channel: any Channel) {
        let waiting = Self.waiting(channel)
        writeDeadline = channel.eventLoop.assumeIsolated().scheduleTask(in: times.write) { [weak self] in
            guard let self, self.context != nil else { return }
            if let waiting, let now = Self.waiting(channel), now < waiting {
                self.watchWriting(channel)
            } else {
                channel.close(promise: nil)
            }
        }
    }

    /// How many bytes wait for the client here. What the kernel has of them is little: see ``GatewayChannel``.
    private static func waiting(_ channel: any Channel) -> Int? {
        try? channel.syncOptions?.getOption(.bufferedWritableBytes)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // What is wrong with the connection, and not with the request, is nobody's to answer.
        let isTransport = error is IOError || error is ChannelError || error is NIOSSLError || error is NIOSSLExtraError
        if phase == .lingering { return }
        guard !isTransport, answersDue == 0 else {
            context.fireErrorCaught(error)
            return
        }
        let isTooLarge = error as? HTTPParserError == .headerOverflow
        let failure = HTTPFailure(
            isTooLarge ? .requestHeaderFieldsTooLarge : .badRequest, isTooLarge ? "head_too_large" : "bad_request",
            isTooLarge ? "The head of the request is too large." : "The request is malformed.")
        let id = RequestID.make()
        let body = FailureAnswer.body(failure, requestID: id)
        var fields: HTTPFields = [
            .connection: "close", .contentType: "application/json", .contentLength: String(body.count), .requestID: id,
        ]
        SecurityFields.add(to: &fields, isSecure: false, path: "")
        answersDue += 1
        let head = HTTPResponse(status: failure.status, headerFields: fields)
        write(context: context, data: wrapOutboundOut(.head(head)), promise: nil)
        write(context: context, data: wrapOutboundOut(.body(ByteBuffer(bytes: body))), promise: nil)
        write(context: context, data: wrapOutboundOut(.end(nil)), promise: nil)
    }
}

/// Tells the clock that a request begins to come in.
final class FirstByteHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let clock: ConnectionClock

    init(clock: ConnectionClock) {
        self.clock = clock
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        clock.bytesArrived()
        context.fireChannelRead(data)
    }
}
