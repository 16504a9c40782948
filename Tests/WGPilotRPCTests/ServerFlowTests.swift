import NIOCore
import NIOPosix
import Synchronization
import Testing
import WGPilotProtocol
import WGPilotTestSupport

@testable import WGPilotRPC

/// Credit of streams, sockets that nobody reads, signs of life, and the goodbye.
@Suite(.timeLimit(.minutes(2))) struct ServerFlowTests {
    /// Asks for a stream of messages whose payloads have so many bytes: a map's and a key's byte, the text's head of 3 or
    /// 5 bytes, and the text.
    private static func flood(_ streamID: UInt32, bytes: Int, window: UInt32? = nil) throws -> Frame {
        let text = bytes - 5 < 1 << 16 ? bytes - 5 : bytes - 7
        return try RawPeer.request(streamID, TestService.flood.fullName, Note(text: "\(text)"), window: window)
    }

    // MARK: Credit

    @Test func `a reader that stops costs its window and one message, and delays nobody on its connection`()
        async throws
    {
        try await RawPeer.withServer { peer in
            _ = try await peer.greet()
            try await peer.send(Self.flood(1, bytes: 4000, window: 10_000))
            // 10,000, 6,000 and 2,000 are above zero, so three messages pass, and the last overdraws by 2,000.
            for _ in 0..<3 {
                let message = try await peer.next()
                #expect(message?.streamID == 1 && message?.payload.count == 4000)
            }
            for streamID in 2...60 as ClosedRange<UInt32> { try await peer.echo(streamID) }
            // Zero is not above zero.
            try await peer.send(RawPeer.window(1, 2000))
            for streamID in 61...80 as ClosedRange<UInt32> { try await peer.echo(streamID) }
            try await peer.send(RawPeer.window(1, 1))
            #expect(try await peer.next()?.streamID == 1)
            for streamID in 81...100 as ClosedRange<UInt32> { try await peer.echo(streamID) }
            // What is granted while a message waits is added up.
            try await peer.send(RawPeer.window(1, 3999))
            try await peer.send(RawPeer.window(1, 4001))
            #expect(try await peer.next()?.streamID == 1)
            #expect(try await peer.next()?.streamID == 1)
            try await peer.send(Frame(type: .cancel, streamID: 1))
            #expect(try await peer.nextStatus(on: 1)?.code == .cancelled)
        }
    }

    @Test func `a stream that names no window has 256 KiB`() async throws {
        try await RawPeer.withServer { peer in
            _ = try await peer.greet()
            try await peer.send(Self.flood(1, bytes: 1024))
            for _ in 0..<256 { #expect(try await peer.next()?.type == .message) }
            for streamID in 2...40 as ClosedRange<UInt32> { try await peer.echo(streamID) }
        }
    }

    @Test func `nothing comes on a stream without a window before credit is granted`() async throws {
        try await RawPeer.withServer { peer in
            _ = try await peer.greet()
            try await peer.send(Self.flood(1, bytes: 1000, window: 0))
            for streamID in 2...40 as ClosedRange<UInt32> { try await peer.echo(streamID) }
            // Credit may be there before the stream's first message.
            try await peer.send(Self.flood(41, bytes: 1000, window: 0))
            try await peer.send(RawPeer.window(41, 1))
            #expect(try await peer.next()?.streamID == 41)
        }
    }

    @Test func `a message that its handler gives up waits no longer for credit`() async throws {
        try await RawPeer.withServer { peer in
            _ = try await peer.greet()
            for streamID in 1...50 as ClosedRange<UInt32> {
                try await peer.send(
                    RawPeer.request(streamID, TestService.impatient.fullName, Note(text: ""), window: 0))
                #expect(try await peer.nextStatus(on: streamID)?.code == .ok)
            }
        }
    }

    @Test func `a handler whose stream is cancelled while it waits for credit is told`() async throws {
        let service = TestService()
        try await RawPeer.withServer(of: service) { peer in
            _ = try await peer.greet()
            try await peer.send(Self.flood(1, bytes: 1000, window: 0))
            try await peer.echo(2)
            try await peer.send(Frame(type: .cancel, streamID: 1))
            #expect(try await peer.nextStatus(on: 1)?.code == .cancelled)
        }
        // `withServer` returns once the handler has.
        #expect(service.sent.withLock { $0 } == 0)
    }

    @Test func `a message above the client's limit ends its stream and nothing else`() async throws {
        try await RawPeer.withServer { peer in
            _ = try await peer.greet(maximumFrameLength: 5000)
            try await peer.send(Self.flood(1, bytes: 4995))
            #expect(try await peer.nextStatus(on: 1)?.reason == "response_too_large")
            try await peer.send(Self.flood(2, bytes: 4994, window: 1))
            #expect(try await peer.next()?.length == 5000)
            try await peer.echo(3)
        }
    }

    struct Grant: Sendable, CustomTestStringConvertible {
        let name: String
        let frames: [Frame]

        var testDescription: String { name }

        static func window(_ streamID: UInt32, _ payload: [UInt8]) -> Frame {
            Frame(type: .window, streamID: streamID, payload: payload)
        }
    }

    @Test(arguments: [
        Grant(name: "nothing", frames: [Grant.window(1, [0x00])]),
        Grant(name: "an empty payload", frames: [Grant.window(1, [])]),
        Grant(name: "a text", frames: [Grant.window(1, [0x61, 0x31])]),
        Grant(name: "less than nothing", frames: [Grant.window(1, [0x20])]),
        Grant(name: "two numbers", frames: [Grant.window(1, [0x01, 0x01])]),
        Grant(name: "more than 32 bits", frames: [Grant.window(1, [0x1b, 0, 0, 0, 1, 0, 0, 0, 0])]),
        // The stream has 2 left.
        Grant(name: "2³¹ − 1 and one more", frames: [Grant.window(1, [0x1a, 0x7f, 0xff, 0xff, 0xff])]),
        Grant(
            name: "too much in two steps",
            frames: [Grant.window(1, [0x1a, 0x40, 0, 0, 0]), Grant.window(1, [0x1a, 0x40, 0, 0, 0])]),
        Grant(name: "a stream never opened", frames: [Grant.window(2, [0x01])]),
        Grant(name: "stream 0", frames: [Grant.window(0, [0x01])]),
    ])
    func `a grant that may not be ends the connection`(grant: Grant) async throws {
        try await RawPeer.withServer { peer in
            _ = try await peer.greet()
            // Its one message comes with the credit still there: it is a call that waits.
            try await peer.send(RawPeer.request(1, TestService.linger.fullName, Note(text: ""), window: 5))
            #expect(try await peer.next()?.type == .message)
            for frame in grant.frames { try await peer.send(frame) }
            let status = try await peer.nextStatus(on: 0)
            #expect(status?.reason == "protocol_error")
            #expect(try await peer.next() == nil)
        }
    }

    @Test func `a grant for a call that has ended or is no stream is ignored`() async throws {
        let service = TestService()
        try await RawPeer.withServer(of: service) { peer in
            _ = try await peer.greet()
            try await peer.echo(1)
            try await peer.send(RawPeer.request(2, TestService.wait.fullName, Note(text: ""), window: 7))
            for _ in 0..<4 {
                try await peer.send(RawPeer.window(1, 1 << 30))
                try await peer.send(RawPeer.window(2, 1 << 30))
            }
            try await peer.echo(3)
            service.gate.open()
            #expect(try await peer.next()?.streamID == 2)
        }
    }

    // MARK: A socket that is not read

    @Test func `a client that does not read its socket is not read from, and nobody else waits`() async throws {
        try await TemporaryDirectory.with { directory in
            let service = TestService()
            var limits = RPCServerConfiguration.Limits()
            limits.maximumCallsPerSecond = 0
            let server = RPCServer(
                address: .path(directory + "/s"), configuration: service.configuration(limits: limits),
                group: MultiThreadedEventLoopGroup.singleton)
            async let run: Void = server.run()
            defer { server.beginShutdown() }
            try await RawPeer.with(path: await Self.listening(directory + "/s")) { other in
                _ = try await other.greet()
                var echoes: UInt32 = 0
                try await RawPeer.with(path: directory + "/s") { peer in
                    _ = try await peer.greet()
                    var streamID: UInt32 = 0
                    // Each takes a fifth of what may be unread; the handlers' own memory ends with their answers.
                    var isRead = true
                    while isRead, streamID < 60 {
                        streamID += 2
                        let size = Note(text: "200000")
                        try await peer.send(RawPeer.request(streamID - 1, TestService.big.fullName, size))
                        let note = Note(text: "\(streamID)")
                        try await peer.send(RawPeer.request(streamID, TestService.wait.fullName, note))
                        isRead = false
                        for _ in 0..<2000 where !isRead {
                            echoes += 1
                            try await other.echo(echoes)
                            isRead = service.log.withLock { $0.contains("started \(note.text)") }
                        }
                    }
                    #expect(!isRead, "everything was read")
                    for _ in 0..<200 {
                        echoes += 1
                        try await other.echo(echoes)
                    }
                    #expect(!service.log.withLock { $0.contains("started \(streamID)") })
                    service.gate.open()
                    // Once it reads everything goes on.
                    var ended: Set<UInt32> = []
                    while ended.count < Int(streamID), let frame = try await peer.next() {
                        if frame.type == .status { ended.insert(frame.streamID) }
                    }
                    #expect(ended == Set(1...streamID))
                }
            }
            server.beginShutdown()
            try await run
        }
    }

    @Test func `a client that takes nothing of its answers is let go`() async throws {
        var limits = RPCServerConfiguration.Limits()
        limits.keepaliveInterval = .milliseconds(20)
        limits.keepaliveTimeout = .milliseconds(20)
        try await RawPeer.withServer(limits: limits) { peer in
            _ = try await peer.greet()
            for streamID in UInt32(1)...40 {
                try? await peer.send(RawPeer.request(streamID, TestService.big.fullName, Note(text: "200000")))
            }
            await #expect(throws: (any Error).self) {
                while true { try await peer.send(Frame(type: .ping, streamID: 0)) }
            }
        }
    }

    /// The path, once somebody listens there.
    private static func listening(_ path: String) async -> String {
        while (try? await RawPeer.with(path: path) { _ in }) == nil { await Task.yield() }
        return path
    }

    @Test func `streams wait for the socket in turn, and a cancel gets through once it is read`() async throws {
        let service = TestService()
        try await RawPeer.withServer(of: service) { peer in
            _ = try await peer.greet()
            for streamID in 1...4 as ClosedRange<UInt32> {
                try await peer.send(Self.flood(streamID, bytes: 100_000, window: 1 << 30))
            }
            var counts: [UInt32: Int] = [:]
            for _ in 0..<200 {
                guard let frame = try await peer.next() else { break }
                counts[frame.streamID, default: 0] += 1
            }
            // None starves.
            #expect(counts.count == 4 && counts.values.allSatisfy { $0 >= 10 }, "\(counts)")
            for streamID in 1...4 as ClosedRange<UInt32> {
                try await peer.send(Frame(type: .cancel, streamID: streamID))
            }
            var ended = 0
            while ended < 4, let frame = try await peer.next() {
                if frame.type == .status { ended += 1 }
            }
            #expect(ended == 4)
            try await peer.echo(5)
        }
    }

    @Test func `large calls and streams do not stall over a small socket buffer`() async throws {
        try await RawPeer.withServer(uid: 0, sendBufferBytes: 4096) { peer in
            _ = try await peer.greet()
            let outbound = peer.outbound
            let text = String(repeating: "y", count: 1 << 20)
            let streams = 33...40 as ClosedRange<UInt32>
            async let writing: Void = {
                for streamID in 1...32 as ClosedRange<UInt32> {
                    let frame = try RawPeer.request(streamID, TestService.echo.fullName, Note(text: text))
                    try await outbound.write(ByteBuffer(bytes: frame.bytes))
                }
                for streamID in streams {
                    let frame = try Self.flood(streamID, bytes: 1 << 20, window: 1)
                    try await outbound.write(ByteBuffer(bytes: frame.bytes))
                }
            }()
            var (unary, messages, ended) = (0, [UInt32: Int](), 0)
            while unary < 32 || ended < streams.count, let frame = try await peer.next() {
                switch (frame.type, streams.contains(frame.streamID)) {
                case (.message, false):
                    #expect(frame.payload.count > 1 << 20)
                    unary += 1
                case (.message, true):
                    messages[frame.streamID, default: 0] += 1
                    let isLast = messages[frame.streamID] == 4
                    let word =
                        try isLast
                        ? Frame(type: .cancel, streamID: frame.streamID)
                        : RawPeer.window(frame.streamID, UInt32(frame.payload.count))
                    try await outbound.write(ByteBuffer(bytes: word.bytes))
                case (.status, true): ended += 1
                default: break
                }
            }
            try await writing
            #expect(unary == 32)
            #expect(messages.values.allSatisfy { $0 == 4 } && messages.count == streams.count, "\(messages)")
        }
    }

    @Test func `a client that neither reads nor calls is not kept beyond the idle time`() async throws {
        var limits = RPCServerConfiguration.Limits()
        limits.idleTimeout = .milliseconds(50)
        try await RawPeer.withServer(limits: limits, uid: 0) { peer in
            _ = try await peer.greet()
            try await peer.send(RawPeer.request(1, TestService.big.fullName, Note(text: "3000000")))
            // Taken until the answer is written, then kept by the kernel, then waited with; an error once it is closed.
            while (try? await peer.send(Frame(type: .ping, streamID: 0))) != nil {}
        }
    }

    // MARK: Signs of life

    @Test func `a ping comes back as it was, between calls and among them`() async throws {
        let service = TestService()
        try await RawPeer.withServer(of: service) { peer in
            _ = try await peer.greet()
            for size in [0, 1, 8, 64] {
                let payload = (0..<size).map { UInt8($0) }
                try await peer.send(Frame(type: .ping, streamID: 0, payload: payload))
                #expect(
                    try await peer.next()
                        == Frame(type: .ping, flags: Frame.answerFlag, streamID: 0, payload: payload))
            }
            try await peer.send(RawPeer.request(1, TestService.wait.fullName, Note(text: "")))
            try await peer.send(Frame(type: .ping, streamID: 0, payload: [7]))
            #expect(try await peer.next()?.payload == [7])
            // An answer that nobody asked for is no harm.
            try await peer.send(Frame(type: .ping, flags: Frame.answerFlag, streamID: 0, payload: [8]))
            try await peer.echo(2)
        }
    }

    @Test(arguments: [
        Frame(type: .ping, streamID: 1), Frame(type: .ping, streamID: 0, payload: [UInt8](repeating: 0, count: 65)),
        Frame(type: .ping, flags: Frame.answerFlag, streamID: 1), Frame(type: .ping, flags: 2, streamID: 0),
        Frame(type: .goaway, streamID: 0),
    ])
    func `a ping that may not be ends the connection`(frame: Frame) async throws {
        try await RawPeer.withServer { peer in
            _ = try await peer.greet()
            try await peer.send(frame)
            #expect(try await peer.nextStatus(on: 0)?.reason == "protocol_error")
            #expect(try await peer.next() == nil)
        }
    }

    @Test func `a silent client with a stream is asked for a sign of life, and closed without one`() async throws {
        var limits = RPCServerConfiguration.Limits()
        limits.keepaliveInterval = .milliseconds(20)
        limits.keepaliveTimeout = .milliseconds(20)
        try await RawPeer.withServer(limits: limits) { peer in
            _ = try await peer.greet()
            try await peer.send(RawPeer.request(1, TestService.linger.fullName, Note(text: "")))
            var pings = 0
            var end: Status?
            // On a busy machine the stream's message may come after the ping, or not at all.
            while let frame = try await peer.next() {
                switch frame.type {
                case .ping:
                    #expect(frame.flags == 0 && frame.streamID == 0 && frame.payload.count <= 64)
                    pings += 1
                case .status:
                    #expect(frame.streamID == 0)
                    end = try CBORDecoder().decode(Status.self, from: frame.payload)
                default: #expect(frame.type == .message)
                }
            }
            #expect(pings == 1)
            #expect(end?.code == .unavailable && end?.reason == "keepalive_timeout")
        }
    }

    @Test func `a client that gives signs of life keeps its stream`() async throws {
        var limits = RPCServerConfiguration.Limits()
        limits.keepaliveInterval = .milliseconds(10)
        // Not to be missed on a busy machine.
        limits.keepaliveTimeout = .seconds(60)
        let service = TestService()
        try await RawPeer.withServer(of: service, limits: limits) { peer in
            _ = try await peer.greet()
            try await peer.send(RawPeer.request(1, TestService.linger.fullName, Note(text: "")))
            var payloads: Set<[UInt8]> = []
            while payloads.count < 5, var frame = try await peer.next() {
                guard frame.type == .ping else {
                    #expect(frame.type == .message)
                    continue
                }
                payloads.insert(frame.payload)
                frame.flags = Frame.answerFlag
                try await peer.send(frame)
            }
            #expect(payloads.count == 5)
            service.gate.open()
            while let frame = try await peer.next(), frame.type != .status {}
            try await peer.echo(2)
        }
    }

    @Test func `a connection without streams is never asked for a sign of life`() async throws {
        var limits = RPCServerConfiguration.Limits()
        limits.keepaliveInterval = .milliseconds(5)
        limits.idleTimeout = .milliseconds(200)
        try await RawPeer.withServer(limits: limits) { peer in
            _ = try await peer.greet()
            try await peer.echo(1)
            #expect(try await peer.nextGoAway()?.lastStreamID == 1)
            #expect(try await peer.next() == nil)
        }
    }
}
