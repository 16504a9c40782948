internal import Glibc
internal import Logging
internal import NIOCore

/// Lets the listening channel rest when the process or the system is out of descriptors or memory for connections, which
/// passes: those that are open go on, and those that wait stay in the backlog.
///
/// The channel tells such an error and goes on reading, and as nothing was accepted the socket is readable still: without
/// a rest the event loop would do nothing but fail. (`AcceptBackoffHandler` of NIOCore does not help: it waits for the
/// channel's next wish to read, which does not come while one is pending.)
final class AcceptPause: ChannelInboundHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel

    /// Long enough to cost nothing, short enough to be no reason for a client to give up.
    private static let rest = TimeAmount.milliseconds(100)

    private let logger: Logger
    private let onFailure: @Sendable (any Error) -> Void
    private var isResting = false
    /// Rests since a connection was last accepted: the first is told, the others are the same trouble.
    private var rests = 0

    /// `onFailure` gets the errors that close the channel.
    init(logger: Logger, onFailure: @escaping @Sendable (any Error) -> Void) {
        self.logger = logger
        self.onFailure = onFailure
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        rests = 0
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // accept(2). The caller may have gone before it was accepted, which is nobody's trouble.
        let errno = (error as? IOError)?.errnoCode
        switch errno {
        case ECONNABORTED:
            break
        case EMFILE, ENFILE, ENOBUFS, ENOMEM:
            if rests == 0 {
                logger.error("connections wait, as no more can be accepted now", metadata: ["error": "\(error)"])
            }
            pause(context)
        default:
            onFailure(error)
            context.fireErrorCaught(error)
        }
    }

    private func pause(_ context: ChannelHandlerContext) {
        guard !isResting else { return }
        isResting = true
        rests += 1
        let channel = context.channel
        // Both fail only for a channel that is closed.
        try? channel.syncOptions?.setOption(.autoRead, value: false)
        let pause = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: AcceptPause.rest) {
            pause.value.isResting = false
            try? channel.syncOptions?.setOption(.autoRead, value: true)
        }
    }
}
