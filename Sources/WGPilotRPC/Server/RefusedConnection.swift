internal import NIOCore
internal import WGPilotProtocol

/// Says on stream 0 why a connection is not served, and closes it. The frame fits any socket's buffer, so this does not
/// wait for the client.
final class RefusedConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let error: RPCError

    init(_ error: RPCError) {
        self.error = error
    }

    func channelActive(context: ChannelHandlerContext) {
        let payload = Status(error).encoded(within: Frame.leastMaximumLength)
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(Frame(type: .status, streamID: 0, payload: payload).buffer))
            .whenComplete { _ in channel.close(promise: nil) }
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // Whatever it says, the answer is on its way.
    }
}
