import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import WGPilotRPC

/// What a connection of a client is made of: TLS where there is any, HTTP/1.1, the limits, and then Hummingbird.
///
/// What answers a request runs on the thread of its connection, which is the thread of the connection to the daemon as well: a
/// request changes no thread on its way.
struct GatewayChannel: ServerChildChannel, HTTPChannelHandler {
    typealias Value = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    let responder: HTTPChannelHandler.Responder
    let daemon: Daemon
    let limits: ConnectionLimits
    let times: ConnectionTimes
    /// What speaks TLS; nil for plain HTTP.
    let tls: TLSKeeper?

    /// TCP_NOTSENT_LOWAT (linux/tcp.h).
    private static let notsentLowWater: CInt = 25

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let address = channel.remoteAddress?.plainAddress
            guard limits.enter(address) else {
                channel.close(promise: nil)
                throw TooManyConnections()
            }
            channel.closeFuture.whenComplete { _ in limits.leave(address) }
            // A kernel that takes megabytes at once tells nothing for minutes of a client that reads them slowly (tcp(7)).
            try? channel.syncOptions?.setOption(.tcpOption(.init(rawValue: Self.notsentLowWater)), value: 256 << 10)
            let pipeline = channel.pipeline.syncOperations
            if let tls { try pipeline.addHandler(tls.handler()) }
            let clock = ConnectionClock(times: times)
            try pipeline.addHandler(FirstByteHandler(clock: clock))
            var decoder = NIOHTTPDecoderLimitConfiguration()
            decoder.maxHeaderFieldSize = 16 << 10
            decoder.maxHeaderListSize = 32 << 10
            decoder.maxHeaderFieldCount = 100
            try pipeline.configureHTTPServerPipeline(
                withPipeliningAssistance: false, withErrorHandling: false, withOutboundHeaderValidation: false,
                withEncoderConfiguration: .init(), withDecoderLimitConfiguration: decoder)
            try pipeline.addHandler(RequestHeadCheck())
            try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: tls != nil))
            try pipeline.addHandler(clock)
            try pipeline.addHandler(HTTPConnectionStateHandler(logger: logger))
            return try NIOAsyncChannel(
                wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
        }
    }

    func handle(value: Value, logger: Logger) async {
        await withTaskExecutorPreference(daemon.client(of: value.channel).executor) {
            await handleHTTP(asyncChannel: value, logger: logger)
        }
    }
}

/// A connection that is closed as soon as it is there.
struct TooManyConnections: Error {}
