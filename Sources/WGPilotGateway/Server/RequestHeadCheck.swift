import NIOCore
import NIOHTTP1

/// Refuses heads that two readers could take for requests to different hosts: without exactly one Host field (RFC 9112 §3.2),
/// or with a target that is not a path (§3.2.1).
///
/// It stands before what makes one authority and one path of them.
final class RequestHeadCheck: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    private var hasRefused = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // The connection is about to be closed, and what comes behind is no request.
        if hasRefused { return }
        if case .head(let head) = unwrapInboundIn(data),
            head.headers["host"].count != 1 || head.uri.utf8.first != UInt8(ascii: "/")
        {
            hasRefused = true
            context.fireErrorCaught(HTTPParserError.invalidHeaderToken)
            return
        }
        context.fireChannelRead(data)
    }
}
