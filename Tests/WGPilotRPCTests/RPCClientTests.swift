import Glibc
import NIOCore
import NIOPosix
import Synchronization
import Testing
import WGPilotProtocol
import WGPilotTestSupport

@testable import WGPilotRPC

@Suite(.timeLimit(.minutes(2))) struct RPCClientTests {
    // MARK: Connecting

    @Test func `a missing socket is told as such`() async {
        let error = await #expect(throws: RPCError.self) {
            try await RPCClient.connect(path: "/nonexistent/wgpilot.sock", agent: "test/0")
        }
        #expect(error?.code == .unavailable)
        #expect(error?.reason == "socket_missing")
    }

    @Test func `a socket on which nobody listens is told as such`() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory + "/s"
            let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
            try bind(descriptor, to: path)
            close(descriptor)
            let error = await #expect(throws: RPCError.self) {
                try await RPCClient.connect(path: path, agent: "test/0")
            }
            #expect(error?.code == .unavailable)
            #expect(error?.reason == "daemon_not_running")
        }
    }

    @Test func `a socket that one may not use says which group to join`() {
        // As root, which tests often run as, connect(2) never fails so: this is the translation alone.
        let error = ConnectFailure.rpcError(for: IOError(errnoCode: EACCES, reason: "connect"), path: "/run/x.sock")
        #expect(error.code == .permissionDenied)
        #expect(error.reason == "socket_permission")
        #expect(error.message.contains("group wgpilot"))
    }

    @Test func `a path that no socket can have is told as such`() async {
        let error = await #expect(throws: RPCError.self) {
            try await RPCClient.connect(path: "/" + String(repeating: "x", count: 200), agent: "test/0")
        }
        #expect(error?.reason == "socket_path")
    }

    // MARK: Servers that misbehave

    /// A client of a server that does what `body` says.
    private func withServer<Output>(
        _ body: @escaping @Sendable (inout RawPeer) async throws -> Void,
        timeout: Duration = .seconds(5),
        client use: (RPCClient) async throws -> Output
    ) async throws -> Output {
        var descriptors: [CInt] = [-1, -1]
        guard unsafe socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &descriptors) == 0 else {
            throw SystemFailure(errno: errno)
        }
        let serverEnd = descriptors[0]
        async let serving: Void = RawPeer.with(descriptor: serverEnd, body)
        let client = try await RPCClient.connect(
            descriptor: descriptors[1], agent: "test/0", timeout: timeout, group: MultiThreadedEventLoopGroup.singleton)
        do {
            let output = try await use(client)
            await client.close()
            try? await serving
            return output
        } catch {
            await client.close()
            throw error
        }
    }

    /// Takes the client's hello and answers it.
    private static func greet(_ peer: inout RawPeer, maximumFrameLength: UInt32 = 1 << 20) async throws {
        let frame = try await peer.next()
        #expect(frame?.type == .hello)
        let hello = Hello(
            maximumFrameLength: maximumFrameLength, agent: "raw/0", caller: .init(uid: 1, gid: 2, role: "viewer"))
        try await peer.send(Frame(type: .hello, streamID: 0, payload: try CBOREncoder().encode(hello)))
    }

    @Test(arguments: [
        [UInt8]("HTTP/1.1 400 Bad Request\r\n\r\n".utf8),
        Frame(type: .hello, streamID: 0, payload: [0xff]).bytes,
        Frame(type: .message, streamID: 1).bytes,
        Frame(type: .request, streamID: 1).bytes,
    ])
    func `a server that is none is not taken for an error of the caller`(bytes: [UInt8]) async {
        let error = await #expect(throws: RPCError.self) {
            try await withServer { peer in
                _ = try await peer.next()
                try await peer.send(bytes)
                while try await peer.next() != nil {}
            } client: { _ in
            }
        }
        #expect(error?.code == .internal)
        #expect(error?.reason == "malformed_response")
    }

    @Test func `a refusal on stream 0 reaches the caller as it is`() async {
        let refusal = RPCError(.failedPrecondition, reason: "protocol_version", message: "Update.")
        let error = await #expect(throws: RPCError.self) {
            try await withServer { peer in
                _ = try await peer.next()
                let payload = try CBOREncoder().encode(Status(refusal))
                try await peer.send(Frame(type: .status, streamID: 0, payload: payload))
            } client: { _ in
            }
        }
        #expect(error == refusal)
    }

    @Test func `a server that hangs up instead of greeting is unavailable`() async {
        let error = await #expect(throws: RPCError.self) {
            try await withServer { peer in
                _ = try await peer.next()
            } client: { _ in
            }
        }
        #expect(error?.code == .unavailable)
    }

    @Test func `a server that says nothing is given up`() async {
        let error = await #expect(throws: RPCError.self) {
            try await withServer(
                { peer in while try await peer.next() != nil {} }, timeout: .milliseconds(20), client: { _ in })
        }
        #expect(error?.reason == "connect_timeout")
    }

    /// Answers the first request with these frames.
    private func outcome(of frames: [Frame]) async throws -> RPCError? {
        await #expect(throws: RPCError.self) {
            try await withServer { peer in
                try await Self.greet(&peer)
                _ = try await peer.next()
                for frame in frames { try await peer.send(frame) }
                while try await peer.next() != nil {}
            } client: { client in
                try await client.call(TestService.echo, Note(text: ""))
            }
        }
    }

    @Test func `an answer that makes no sense is the server's fault`() async throws {
        let message = Frame(type: .message, streamID: 1, payload: [0xa1, 0x01, 0x60])
        let ok = Frame(type: .status, streamID: 1, payload: [0xa1, 0x01, 0x00])
        let answers = [
            [ok],  // no message
            [message, message, ok],
            [Frame(type: .message, streamID: 1, payload: [0xff]), ok],
            [Frame(type: .message, streamID: 1, payload: [0xa0]), ok],
            [message, Frame(type: .status, streamID: 1, payload: [0x80])],
            [Frame(type: .message, streamID: 2, payload: [0xa0])],  // never opened
            [Frame(type: .cancel, streamID: 1)],
        ]
        for frames in answers {
            let error = try await outcome(of: frames)
            #expect(error?.code == .internal)
            #expect(error?.reason == "malformed_response")
        }
    }

    @Test func `a status of a code from the future is unknown`() async throws {
        let error = try await outcome(of: [Frame(type: .status, streamID: 1, payload: [0xa1, 0x01, 0x18, 0x63])])
        #expect(error?.code == .unknown)
    }

    @Test func `a request above the server's limit is not sent`() async throws {
        try await withServer { peer in
            try await Self.greet(&peer, maximumFrameLength: 4096)
            #expect(try await peer.next() == nil)
        } client: { client in
            let error = await #expect(throws: RPCError.self) {
                try await client.call(TestService.echo, Note(text: String(repeating: "x", count: 4096)))
            }
            #expect(error?.reason == "request_too_large")
        }
    }

    @Test func `a server that does not keep the deadline does not keep the caller`() async throws {
        try await withServer { peer in
            try await Self.greet(&peer)
            let request = try await peer.next()
            #expect(request?.type == .request)
            #expect(try await peer.next() == Frame(type: .cancel, streamID: 1))
        } client: { client in
            let error = await #expect(throws: RPCError.self) {
                try await client.call(TestService.echo, Note(text: ""), timeout: .milliseconds(1))
            }
            #expect(error?.code == .deadlineExceeded)
        }
    }

    @Test func `every call in flight fails when the connection is lost, and later ones at once`() async throws {
        try await withServer { peer in
            try await Self.greet(&peer)
            for _ in 0..<10 { _ = try await peer.next() }
        } client: { client in
            await withTaskGroup(of: RPCError?.self) { group in
                for _ in 0..<10 {
                    group.addTask {
                        await #expect(throws: RPCError.self) { try await client.call(TestService.echo, Note(text: "")) }
                    }
                }
                for await error in group {
                    #expect(error?.code == .unavailable)
                    #expect(error?.reason == "connection_lost")
                }
            }
            let error = await #expect(throws: RPCError.self) { try await client.call(TestService.echo, Note(text: "")) }
            #expect(error?.reason == "not_connected")
            #expect(!client.isConnected)
        }
    }

    // MARK: Cancellation

    @Test func `cancelling the caller's task tells the server`() async throws {
        let service = TestService()
        try await InProcessTransport.withClient(
            of: service.configuration(), credentials: .init(uid: 0, gid: 0),
            group: MultiThreadedEventLoopGroup.singleton
        ) { client in
            #expect(client.serverHello?.caller?.role == "admin")
            let task = Task { try await client.call(TestService.wait, Note(text: "a")) }
            var events = service.events.makeAsyncIterator()
            #expect(await events.next() == "started a")
            task.cancel()
            let error = await #expect(throws: RPCError.self) { try await task.value }
            #expect(error?.code == .cancelled)
            #expect(await events.next() == "cancelled a")
            let note = try await client.call(TestService.echo, Note(text: "b"))
            #expect(note == Note(text: "b"))
        }
    }

    @Test func `a task that is cancelled already sends nothing`() async throws {
        try await withServer { peer in
            try await Self.greet(&peer)
            #expect(try await peer.next() == nil)
        } client: { client in
            let gate = Gate()
            let task = Task {
                await gate.waitStubbornly()
                return try await client.call(TestService.echo, Note(text: "a"))
            }
            task.cancel()
            gate.open()
            let error = await #expect(throws: RPCError.self) { try await task.value }
            #expect(error?.code == .cancelled)
        }
    }

    @Test func `calls and cancellations at random leave nothing hanging`() async throws {
        let seed = UInt64.random(in: .min ... .max)
        let service = TestService()
        try await InProcessTransport.withClient(
            of: service.configuration(), credentials: .init(uid: 1, gid: 1),
            group: MultiThreadedEventLoopGroup.singleton
        ) { client in
            await withTaskGroup(of: Void.self) { group in
                var generator = SeededGenerator(seed: seed)
                for number in 0..<400 {
                    let isWaiting = Bool.random(using: &generator)
                    let timeout: Duration? =
                        isWaiting || Bool.random(using: &generator)
                        ? .milliseconds(Int.random(in: 0...20, using: &generator)) : nil
                    let isCancelled = Int.random(in: 0..<3, using: &generator) == 0
                    group.addTask {
                        let call = Task { () async -> Result<Note, RPCError> in
                            do throws(RPCError) {
                                let method = isWaiting ? TestService.wait : TestService.echo
                                return .success(
                                    try await client.call(method, Note(text: "\(number)"), timeout: timeout))
                            } catch {
                                return .failure(error)
                            }
                        }
                        if isCancelled { call.cancel() }
                        switch await call.value {
                        case .success(let note): #expect(note == Note(text: "\(number)"), "seed \(seed)")
                        case .failure(let error):
                            // The server counts handlers of calls that were given up until they have noticed.
                            #expect(
                                [.cancelled, .deadlineExceeded].contains(error.code)
                                    || error.reason == "too_many_calls", "\(error), seed \(seed)")
                        }
                    }
                }
            }
            let note = try await client.call(TestService.echo, Note(text: "end"))
            #expect(note == Note(text: "end"))
        }
    }

    @Test func `closing fails the calls in flight`() async throws {
        let service = TestService()
        try await InProcessTransport.withClient(
            of: service.configuration(), credentials: .init(uid: 0, gid: 0),
            group: MultiThreadedEventLoopGroup.singleton
        ) { client in
            let call = Task { try await client.call(TestService.wait, Note(text: "a")) }
            var events = service.events.makeAsyncIterator()
            #expect(await events.next() == "started a")
            await client.close()
            let error = await #expect(throws: RPCError.self) { try await call.value }
            #expect(error?.code == .unavailable)
        }
    }
}
