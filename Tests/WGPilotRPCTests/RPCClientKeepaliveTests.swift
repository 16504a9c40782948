import NIOCore
import NIOPosix
import Testing
import WGPilotProtocol

@testable import WGPilotRPC

/// Pings both ways.
@Suite(.timeLimit(.minutes(2))) struct RPCClientKeepaliveTests {
    private static let brisk = KeepalivePolicy(interval: .milliseconds(20), timeout: .milliseconds(20))
    private static let patient = KeepalivePolicy(interval: .milliseconds(20), timeout: .seconds(60))

    @Test(arguments: [[], [0x2a], Array(0..<64)] as [[UInt8]])
    func `a ping of the server comes back as it was, and is no call`(payload: [UInt8]) async throws {
        let servers = ScriptedServers { _, peer in
            try await peer.welcome()
            let request = try #require(try await peer.nextRequest())
            try await peer.send(Frame(type: .ping, streamID: 0, payload: payload))
            #expect(
                try await peer.next() == Frame(type: .ping, flags: Frame.answerFlag, streamID: 0, payload: payload))
            try await peer.echo(request)
            try await peer.drain()
        }
        let client = servers.client()
        #expect(try await client.call(TestService.echo, Note(text: "a")) == Note(text: "a"))
        await client.close()
    }

    @Test(arguments: [
        Frame(type: .ping, streamID: 1), Frame(type: .ping, streamID: 0, payload: Array(repeating: 0, count: 65)),
        Frame(type: .ping, flags: Frame.answerFlag, streamID: 1), Frame(type: .window, streamID: 1, payload: [1]),
        Frame(type: .goaway, streamID: 0), Frame(type: .goaway, streamID: 1, payload: [0xa1, 0x01, 0x00]),
    ])
    func `a frame of the connection that makes no sense ends it`(frame: Frame) async throws {
        let servers = ScriptedServers { _, peer in
            try await peer.welcome()
            _ = try await peer.nextRequest()
            try await peer.send(frame)
            try await peer.drain()
        }
        let client = servers.client()
        let error = await #expect(throws: RPCError.self) { try await client.call(TestService.echo, Note(text: "a")) }
        #expect(error?.reason == "malformed_response")
        await client.close()
    }

    @Test func `a server that answers pings is waited for`() async throws {
        let servers = ScriptedServers { _, peer in
            try await peer.welcome()
            let request = try #require(try await peer.nextRequest())
            for _ in 0..<3 {
                #expect(try await peer.next() == Frame(type: .ping, streamID: 0))
                try await peer.send(Frame(type: .ping, flags: Frame.answerFlag, streamID: 0))
            }
            try await peer.echo(request)
            try await peer.drain()
        }
        let client = servers.client(keepalive: Self.patient)
        #expect(try await client.call(TestService.echo, Note(text: "a")) == Note(text: "a"))
        await client.close()
    }

    @Test func `a server that gives no sign of life is given up`() async throws {
        let servers = ScriptedServers { number, peer in
            try await peer.welcome()
            guard number == 1 else { return try await peer.serve() }
            _ = try await peer.nextRequest()
            try await peer.drain()
        }
        let client = servers.client(retry: .never, keepalive: Self.brisk)
        let error = await #expect(throws: RPCError.self) { try await client.call(TestService.echo, Note(text: "a")) }
        #expect(error?.code == .unavailable)
        #expect(error?.reason == "connection_lost")
        await client.close()
        let second = servers.client(keepalive: Self.patient)
        #expect(try await second.call(TestService.echo, Note(text: "a")) == Note(text: "a"))
        await second.close()
    }

    @Test func `a server from before pings gets none`() async throws {
        let servers = ScriptedServers { _, peer in
            try await peer.welcome(maximumCalls: nil)
            _ = try await peer.nextRequest()
            #expect(try await peer.next() == Frame(type: .cancel, streamID: 1))
            try await peer.drain()
        }
        let client = servers.client(keepalive: Self.brisk)
        // The local end of the wait comes a second after the deadline, long after a ping would have.
        let error = await #expect(throws: RPCError.self) {
            try await client.call(TestService.echo, Note(text: "a"), timeout: .milliseconds(200))
        }
        #expect(error?.code == .deadlineExceeded)
        await client.close()
    }

    @Test func `a connection without calls is left alone`() async throws {
        let servers = ScriptedServers { _, peer in
            try await peer.welcome()
            // On a machine that is busy even the answer to this may be asked after.
            try await peer.echo(try #require(try await peer.nextRequestAmongPings()).request)
            let (second, pings) = try #require(try await peer.nextRequestAmongPings())
            #expect(pings <= 1, "but for one on its way when the call ended there is none")
            try await peer.echo(second)
            try await peer.drain()
        }
        let client = servers.client(keepalive: Self.patient)
        _ = try await client.call(TestService.echo, Note(text: "a"))
        // Not to wait for anything: time in which nothing must happen.
        try await Task.sleep(for: .milliseconds(300))
        _ = try await client.call(TestService.echo, Note(text: "b"))
        #expect(servers.connections == 1)
        await client.close()
    }

    @Test func `tasks on the client's executor make calls and streams as others do`() async throws {
        let service = TestService()
        try await InProcessTransport.withClient(
            of: service.configuration(), credentials: .init(uid: 0, gid: 0),
            group: MultiThreadedEventLoopGroup.singleton
        ) { client in
            try await withTaskExecutorPreference(client.executor) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<32 {
                        group.addTask(executorPreference: client.executor) {
                            for turn in 0..<50 {
                                let note = Note(text: "\(number) \(turn)")
                                let answer = try await client.call(TestService.echo, note)
                                #expect(answer == note)
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                let large = try await client.call(TestService.big, Note(text: "1000000"))
                #expect(large.text.count == 1_000_000)
                let text = String(repeating: "x", count: 1_000_000)
                #expect(try await client.call(TestService.echo, Note(text: text)).text == text)
            }
        }
    }
}
