import NIOCore
import NIOPosix
import Testing
import WGPilotProtocol
import WGPilotRPC

/// One end of a connection, without any of the code under test but the framing: to say what no client or server of ours
/// would say.
struct RawPeer: ~Copyable {
    let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private var reader = FrameReader(maximumLength: 64 << 20)
    private var received = ByteBuffer()

    /// Takes over a connected descriptor.
    static func with<Output>(
        descriptor: CInt, _ body: (inout RawPeer) async throws -> Output
    ) async throws -> Output {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .withConnectedSocket(descriptor) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await run(channel, body)
    }

    static func with<Output>(path: String, _ body: (inout RawPeer) async throws -> Output) async throws -> Output {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(unixDomainSocketPath: path) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await run(channel, body)
    }

    private static func run<Output>(
        _ channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>, _ body: (inout RawPeer) async throws -> Output
    ) async throws -> Output {
        try await channel.executeThenClose { inbound, outbound in
            var peer = RawPeer(outbound: outbound, inbound: inbound.makeAsyncIterator())
            return try await body(&peer)
        }
    }

    private init(
        outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>,
        inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    ) {
        self.outbound = outbound
        self.inbound = inbound
    }

    func send(_ bytes: [UInt8]) async throws {
        try await outbound.write(ByteBuffer(bytes: bytes))
    }

    func send(_ frame: Frame) async throws {
        try await send(frame.bytes)
    }

    /// The next frame; nil once the other side has closed.
    mutating func next() async throws -> Frame? {
        while true {
            if let frame = try reader.next(from: &received) { return frame }
            // A connection that is reset rather than closed is as much at its end.
            guard let buffer = try? await inbound.next(isolation: #isolation) else { return nil }
            received = buffer
        }
    }

    /// The status that the next frame is.
    mutating func nextStatus(on streamID: UInt32) async throws -> Status? {
        guard let frame = try await next(), frame.type == .status, frame.streamID == streamID else { return nil }
        return try CBORDecoder().decode(Status.self, from: frame.payload)
    }

    /// Says hello as a client and takes the server's.
    mutating func greet(maximumFrameLength: UInt32 = 4 << 20) async throws -> Hello? {
        let hello = Hello(maximumFrameLength: maximumFrameLength, agent: "raw/0")
        try await send(Frame(type: .hello, streamID: 0, payload: try CBOREncoder().encode(hello)))
        guard let frame = try await next(), frame.type == .hello else { return nil }
        return try CBORDecoder().decode(Hello.self, from: frame.payload)
    }

    /// Makes a call whose answer comes next, and takes that.
    mutating func echo(_ streamID: UInt32, _ text: String = "echo") async throws {
        try await send(RawPeer.request(streamID, TestService.echo.fullName, Note(text: text)))
        let message = try await next()
        #expect(message?.type == .message && message?.streamID == streamID)
        #expect(try await nextStatus(on: streamID)?.code == .ok)
    }

    /// The reason of the goaway that the next frame is, with the last call that the server took.
    mutating func nextGoAway() async throws -> GoAway? {
        guard let frame = try await next(), frame.type == .goaway, frame.streamID == 0 else { return nil }
        return try CBORDecoder().decode(GoAway.self, from: frame.payload)
    }

    static func window(_ streamID: UInt32, _ bytes: UInt32) throws -> Frame {
        Frame(type: .window, streamID: streamID, payload: try CBOREncoder().encode(bytes))
    }

    static func request(
        _ streamID: UInt32, _ method: String, _ message: some Encodable & Sendable, timeout: UInt64? = nil,
        metadata: Metadata = [:], window: UInt32? = nil
    ) throws -> Frame {
        var payload: [UInt8] = []
        let head = RequestHead(method: method, timeoutMilliseconds: timeout, metadata: metadata, window: window)
        try CBOREncoder().encode(head, into: &payload)
        try CBOREncoder().encode(message, into: &payload)
        return Frame(type: .request, streamID: streamID, payload: payload)
    }
}
