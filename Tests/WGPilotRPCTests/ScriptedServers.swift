import Glibc
import NIOCore
import NIOPosix
import Synchronization
import Testing
import WGPilotProtocol

@testable import WGPilotRPC

/// Servers that say what a test has them say, one for each connection that a client makes.
final class ScriptedServers: Sendable {
    /// What the server of a connection does; the first connection is number 1.
    typealias Script = @Sendable (Int, inout RawPeer) async throws -> Void

    private let script: Script
    private let number = Mutex(0)
    private let paused = Mutex<[Duration]>([])
    private let eventLoop = MultiThreadedEventLoopGroup.singleton.next()

    init(_ script: @escaping Script) {
        self.script = script
    }

    /// How many connections were made.
    var connections: Int { number.withLock { $0 } }
    /// The pauses that the client would have made.
    var pauses: [Duration] { paused.withLock { $0 } }

    /// A client of the servers, for which no time passes between its attempts.
    func client(
        retry: RetryPolicy = RetryPolicy(jitter: 0), keepalive: KeepalivePolicy? = nil,
        timeout: Duration = .seconds(30), refuse: @escaping @Sendable (Int) -> RPCError? = { _ in nil }
    ) -> RPCClient {
        let environment = RPCClient.Environment(
            pause: { pause in
                try Task.checkCancellation()
                self.paused.withLock { $0.append(pause) }
            },
            random: { 1 })
        return RPCClient(eventLoop: eventLoop, retry: retry, environment: environment) {
            let number = self.number.withLock { number in
                number += 1
                return number
            }
            if let error = refuse(number) { return self.failure(error) }
            var descriptors: [CInt] = [-1, -1]
            guard unsafe socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &descriptors) == 0 else {
                return self.failure(RPCError(.internal, reason: "socketpair", message: ""))
            }
            let serverEnd = descriptors[0]
            Task {
                do {
                    try await RawPeer.with(descriptor: serverEnd) { peer in try await self.script(number, &peer) }
                } catch {
                    // A client that closes while the script still speaks is no fault.
                    if !(error is ChannelError) && !(error is IOError) { Issue.record(error) }
                }
            }
            return ClientConnection.connect(
                descriptor: descriptors[1],
                ClientConnection.Configuration(
                    agent: "test/0", timeout: timeout, keepalive: keepalive, eventLoop: self.eventLoop))
        }
    }

    private func failure(_ error: RPCError) -> ClientConnection.Attempt {
        ClientConnection.Attempt(connection: eventLoop.makeFailedFuture(error), cancel: {})
    }
}

extension RawPeer {
    /// A request as a script sees it.
    struct Request {
        var streamID: UInt32
        var head: RequestHead
        var message: [UInt8]

        init(_ frame: Frame) throws {
            try #require(frame.type == .request, "\(frame.type) on \(frame.streamID)")
            var offset = 0
            streamID = frame.streamID
            head = try CBORDecoder().decode(RequestHead.self, from: frame.payload, at: &offset)
            message = Array(frame.payload[offset...])
        }

        /// The text of a ``Note``.
        var text: String {
            get throws { try CBORDecoder().decode(Note.self, from: message).text }
        }
    }

    /// Takes the client's hello and answers it as a server. With nil as the number of calls it is one from before flow
    /// control.
    mutating func welcome(maximumCalls: UInt32? = 64, maximumFrameLength: UInt32 = 1 << 20) async throws {
        let frame = try await next()
        #expect(frame?.type == .hello)
        let hello = Hello(maximumFrameLength: maximumFrameLength, agent: "raw/0", maximumCalls: maximumCalls)
        try await send(Frame(type: .hello, streamID: 0, payload: try CBOREncoder().encode(hello)))
    }

    /// The next frame, which must be a request; nil once the client has closed.
    mutating func nextRequest() async throws -> Request? {
        guard let frame = try await next() else { return nil }
        return try Request(frame)
    }

    /// Answers a request with its own message.
    func echo(_ request: Request) async throws {
        try await send(Frame(type: .message, streamID: request.streamID, payload: request.message))
        try await end(request.streamID)
    }

    /// Ends a call well, or with an error.
    func end(_ streamID: UInt32, _ error: RPCError? = nil) async throws {
        let status = error.map { Status($0) } ?? .ok
        try await send(Frame(type: .status, streamID: streamID, payload: try CBOREncoder().encode(status)))
    }

    /// Sends a note on a stream; returns the size of its payload.
    @discardableResult
    func send(note text: String, on streamID: UInt32) async throws -> Int {
        let payload = try CBOREncoder().encode(Note(text: text))
        try await send(Frame(type: .message, streamID: streamID, payload: payload))
        return payload.count
    }

    /// What the next frame grants on a stream.
    mutating func nextGrant(on streamID: UInt32) async throws -> Int {
        let frame = try #require(try await next())
        try #require(frame.type == .window && frame.streamID == streamID, "\(frame.type) on \(frame.streamID)")
        return Int(try CBORDecoder().decode(UInt32.self, from: frame.payload))
    }

    func goAway(after streamID: UInt32) async throws {
        let payload = try CBOREncoder().encode(GoAway(lastStreamID: streamID))
        try await send(Frame(type: .goaway, streamID: 0, payload: payload))
    }

    /// The next request, with pings answered before it, and how many these were; nil once the client has closed.
    mutating func nextRequestAmongPings() async throws -> (request: Request, pings: Int)? {
        var pings = 0
        while let frame = try await next() {
            guard frame.type == .ping else { return (try Request(frame), pings) }
            pings += 1
            try await send(Frame(type: .ping, flags: Frame.answerFlag, streamID: 0, payload: frame.payload))
        }
        return nil
    }

    /// Answers whatever comes until the client closes.
    mutating func serve() async throws {
        while let next = try await nextRequestAmongPings() { try await echo(next.request) }
    }

    /// Reads until the client closes.
    mutating func drain() async throws {
        while try await next() != nil {}
    }
}
