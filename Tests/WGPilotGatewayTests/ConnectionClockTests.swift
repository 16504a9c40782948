import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

@testable import WGPilotGateway

@Suite("How long clients may take")
struct ConnectionClockTests {
    private static let times = ConnectionTimes(
        head: .seconds(10), body: .seconds(30), idle: .seconds(60), write: .seconds(30))
    private static let request = HTTPRequest(method: .post, scheme: "http", authority: "localhost", path: "/")

    /// In place of HTTP on the wire: of answers the bodies alone.
    private final class BodiesAsBytes: ChannelOutboundHandler {
        typealias OutboundIn = HTTPResponsePart
        typealias OutboundOut = ByteBuffer

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            if case .body(let bytes) = unwrapOutboundIn(data) {
                context.write(wrapOutboundOut(bytes), promise: promise)
            } else {
                promise?.succeed()
            }
        }
    }

    /// A connection whose clock a test turns.
    private struct Connection {
        let channel = EmbeddedChannel()
        let clock = ConnectionClock(times: ConnectionClockTests.times)

        init() throws {
            try channel.pipeline.syncOperations.addHandlers([BodiesAsBytes(), clock])
            channel.connect(to: try SocketAddress(ipAddress: "192.0.2.1", port: 1), promise: nil)
        }

        func advance(_ seconds: Int64) { channel.embeddedEventLoop.advanceTime(by: .seconds(seconds)) }

        func receive(_ part: HTTPRequestPart) throws { try channel.writeInbound(part) }

        func answer() throws {
            try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .ok)))
            try channel.writeOutbound(HTTPResponsePart.end(nil))
        }

        var isOpen: Bool { channel.isActive }

        func end() { _ = try? channel.finish(acceptAlreadyClosed: true) }
    }

    @Test("a head that does not come in time ends the connection")
    func head() throws {
        let connection = try Connection()
        defer { connection.end() }
        connection.advance(9)
        #expect(connection.isOpen)
        connection.advance(1)
        #expect(!connection.isOpen)
    }

    @Test("a body that comes a byte at a time has the time of a body, and not that of each byte")
    func body() throws {
        let connection = try Connection()
        defer { connection.end() }
        try connection.receive(.head(Self.request))
        for _ in 0..<29 {
            connection.advance(1)
            try connection.receive(.body(ByteBuffer(bytes: [0x20])))
            #expect(connection.isOpen)
        }
        connection.advance(1)
        #expect(!connection.isOpen)
    }

    @Test("an answer may take its time, and after it the connection waits for the next request, but not for ever")
    func idle() throws {
        let connection = try Connection()
        defer { connection.end() }
        try connection.receive(.head(Self.request))
        try connection.receive(.end(nil))
        connection.advance(600)
        #expect(connection.isOpen)
        try connection.answer()
        connection.advance(59)
        #expect(connection.isOpen)
        // The first byte of the next one begins its own time.
        connection.clock.bytesArrived()
        connection.advance(9)
        #expect(connection.isOpen)
        try connection.receive(.head(Self.request))
        try connection.receive(.end(nil))
        try connection.answer()
        connection.advance(59)
        #expect(connection.isOpen)
        connection.advance(1)
        #expect(!connection.isOpen)
    }

    @Test("a client that takes some of what waits for it goes on, and one that takes nothing does not")
    func write() throws {
        let connection = try Connection()
        defer { connection.end() }
        let channel = connection.channel
        try connection.receive(.head(Self.request))
        try connection.receive(.end(nil))
        // Not flushed: it waits, as for a client that does not read. What the test takes back is what it reads.
        channel.write(HTTPResponsePart.head(HTTPResponse(status: .ok)), promise: nil)
        for _ in 0..<4 {
            channel.write(HTTPResponsePart.body(ByteBuffer(repeating: 0, count: 1 << 20)), promise: nil)
        }
        channel.isWritable = false
        channel.pipeline.fireChannelWritabilityChanged()
        let waiting = try channel.syncOptions?.getOption(.bufferedWritableBytes) ?? 0
        try #require(waiting > 0)
        connection.advance(29)
        #expect(connection.isOpen)
        channel.flush()
        connection.advance(1)
        #expect(connection.isOpen, "it read, so that it may go on")
        channel.write(HTTPResponsePart.body(ByteBuffer(repeating: 0, count: 1 << 20)), promise: nil)
        connection.advance(29)
        #expect(connection.isOpen)
        connection.advance(1)
        #expect(!connection.isOpen, "nothing was read in all that time")
    }

    @Test("a client that still reads the last answer is not idle, unless it stops")
    func reading() throws {
        let connection = try Connection()
        defer { connection.end() }
        let channel = connection.channel
        try connection.receive(.head(Self.request))
        try connection.receive(.end(nil))
        channel.write(HTTPResponsePart.head(HTTPResponse(status: .ok)), promise: nil)
        channel.write(HTTPResponsePart.body(ByteBuffer(repeating: 0, count: 1 << 20)), promise: nil)
        channel.write(HTTPResponsePart.end(nil), promise: nil)
        connection.advance(60)
        #expect(connection.isOpen, "the answer waits for it")
        channel.flush()
        channel.write(HTTPResponsePart.body(ByteBuffer(repeating: 0, count: 1 << 10)), promise: nil)
        connection.advance(60)
        #expect(connection.isOpen, "it read much of it")
        connection.advance(60)
        #expect(!connection.isOpen, "it has stopped")
    }

    @Test("a client that reads everything is not watched any more")
    func written() throws {
        let connection = try Connection()
        defer { connection.end() }
        let channel = connection.channel
        try connection.receive(.head(Self.request))
        try connection.receive(.end(nil))
        channel.isWritable = false
        channel.pipeline.fireChannelWritabilityChanged()
        connection.advance(29)
        channel.isWritable = true
        channel.pipeline.fireChannelWritabilityChanged()
        connection.advance(600)
        #expect(connection.isOpen)
    }
}
