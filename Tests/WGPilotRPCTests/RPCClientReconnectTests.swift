import NIOCore
import NIOPosix
import Testing
import WGPilotProtocol

@testable import WGPilotRPC

/// Connecting when it is needed, and calls that are made again.
@Suite(.timeLimit(.minutes(2))) struct RPCClientReconnectTests {
    private static let away = RPCError(.unavailable, reason: "daemon_not_running", message: "Nobody answers.")

    /// Servers that each take one request and hang up, but for those after so many, which answer.
    private static func servers(hangUps: Int) -> ScriptedServers {
        ScriptedServers { number, peer in
            try await peer.welcome()
            guard number > hangUps else {
                _ = try await peer.next()
                return
            }
            try await peer.serve()
        }
    }

    @Test func `one connection serves many calls, and none is made before the first`() async throws {
        let servers = Self.servers(hangUps: 0)
        let client = servers.client()
        #expect(servers.connections == 0 && !client.isConnected && client.serverHello == nil)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                group.addTask {
                    let note = Note(text: "\(number)")
                    let answer = try await client.call(TestService.echo, note)
                    #expect(answer == note)
                }
            }
            try await group.waitForAll()
        }
        #expect(servers.connections == 1)
        #expect(client.isConnected && client.serverHello?.maximumCalls == 64)
        await client.close()
        let error = await #expect(throws: RPCError.self) { try await client.call(TestService.echo, Note(text: "")) }
        #expect(error?.reason == "connection_closed")
        #expect(servers.connections == 1)
    }

    @Test func `the server is told the time that is left after connecting`() async throws {
        let servers = ScriptedServers { _, peer in
            try await Task.sleep(for: .milliseconds(30))
            try await peer.welcome()
            let request = try #require(try await peer.nextRequest())
            #expect(try #require(request.head.timeoutMilliseconds) <= 59_970)
            try await peer.echo(request)
            try await peer.drain()
        }
        let client = servers.client()
        _ = try await client.call(TestService.change, Note(text: "a"), timeout: .seconds(60))
        await client.close()
    }

    @Test func `a call without time is not made`() async throws {
        let servers = Self.servers(hangUps: 0)
        let client = servers.client()
        for _ in 0..<2 {
            let error = await #expect(throws: RPCError.self) {
                try await client.call(TestService.change, Note(text: "a"), timeout: .zero)
            }
            #expect(error?.code == .deadlineExceeded)
            #expect(error?.message.contains("nothing was sent") == true)
            _ = try await client.call(TestService.echo, Note(text: "b"))
        }
        await client.close()
    }

    @Test func `a call that may be repeated is, at once`() async throws {
        let servers = Self.servers(hangUps: 1)
        let client = servers.client()
        #expect(try await client.call(TestService.echo, Note(text: "a")) == Note(text: "a"))
        #expect(servers.connections == 2)
        #expect(servers.pauses == [])
        await client.close()
    }

    @Test func `a call is made as often as the policy has it, with longer and longer pauses`() async throws {
        let servers = Self.servers(hangUps: 100)
        let client = servers.client(retry: RetryPolicy(attempts: 4, jitter: 0))
        let error = await #expect(throws: RPCError.self) { try await client.call(TestService.echo, Note(text: "a")) }
        #expect(error?.reason == "connection_lost")
        #expect(servers.connections == 4)
        #expect(servers.pauses == [.milliseconds(200), .milliseconds(400)])
        await client.close()
    }

    @Test func `a change that may have happened is not repeated, and the next call connects anew`() async throws {
        let servers = Self.servers(hangUps: 1)
        let client = servers.client()
        let error = await #expect(throws: RPCError.self) { try await client.call(TestService.change, Note(text: "a")) }
        #expect(error?.reason == "connection_lost")
        #expect(servers.connections == 1)
        #expect(try await client.call(TestService.change, Note(text: "b")) == Note(text: "b"))
        #expect(servers.connections == 2)
        await client.close()
    }

    @Test func `a change with a key is repeated with the very same key`() async throws {
        let (keys, key) = AsyncStream<String?>.makeStream()
        let servers = ScriptedServers { number, peer in
            try await peer.welcome()
            while let request = try await peer.nextRequest() {
                key.yield(request.head.metadata["idempotency-key"])
                #expect(request.head.metadata["other"] == "fact")
                if number == 1 { return }
                try await peer.echo(request)
            }
        }
        let client = servers.client()
        let answer = try await client.call(
            TestService.change, Note(text: "a"), metadata: ["other": "fact"], idempotencyKey: "k1")
        #expect(answer == Note(text: "a"))
        var iterator = keys.makeAsyncIterator()
        #expect(await iterator.next() == "k1")
        #expect(await iterator.next() == "k1")
        await client.close()
    }

    @Test func `a server that is not there is told at once, until it was there`() async throws {
        let servers = ScriptedServers { _, peer in
            try await peer.welcome()
            // Hangs up when the first call is answered.
            guard let request = try await peer.nextRequest() else { return }
            try await peer.echo(request)
        }
        let client = servers.client(retry: RetryPolicy(attempts: 3, jitter: 0)) { $0 == 2 ? nil : Self.away }
        let error = await #expect(throws: RPCError.self) { try await client.call(TestService.echo, Note(text: "a")) }
        #expect(error == Self.away)
        #expect(servers.pauses == [])
        #expect(try await client.call(TestService.echo, Note(text: "a")) == Note(text: "a"))
        // It went away: now it is waited for, by one call.
        let second = await #expect(throws: RPCError.self) { try await client.call(TestService.echo, Note(text: "a")) }
        #expect(second?.code == .unavailable)
        let waited = servers.pauses
        #expect(waited.count >= 1)
        let third = await #expect(throws: RPCError.self) { try await client.call(TestService.echo, Note(text: "a")) }
        #expect(third == Self.away)
        #expect(servers.pauses == waited)
        await client.close()
    }

    @Test func `an error that will not pass is not waited out`() async throws {
        let refusal = RPCError(.failedPrecondition, reason: "protocol_version", message: "Update.")
        let servers = ScriptedServers { _, peer in
            _ = try await peer.next()
            try await peer.end(0, refusal)
        }
        let client = servers.client()
        let error = await #expect(throws: RPCError.self) { try await client.call(TestService.echo, Note(text: "a")) }
        #expect(error == refusal)
        #expect(servers.connections == 1)
        await client.close()
    }

    @Test func `a server that takes no call now is asked again when it says so`() async throws {
        let busy = RPCError(
            .resourceExhausted, reason: "too_many_requests", message: "", metadata: ["retry-after-ms": "1234"])
        let servers = ScriptedServers { _, peer in
            try await peer.welcome()
            guard let first = try await peer.nextRequest() else { return }
            try await peer.end(first.streamID, busy)
            try await peer.serve()
        }
        let client = servers.client()
        #expect(try await client.call(TestService.change, Note(text: "a")) == Note(text: "a"))
        #expect(servers.pauses == [.milliseconds(1234)])
        #expect(servers.connections == 1)
        await client.close()
    }

    @Test func `no attempt is made that could not end in time`() async throws {
        let servers = Self.servers(hangUps: 100)
        let client = servers.client(
            retry: RetryPolicy(
                attempts: 10, initialBackoff: .seconds(3600), maximumBackoff: .seconds(3600), jitter: 0))
        let error = await #expect(throws: RPCError.self) {
            try await client.call(TestService.echo, Note(text: "a"), timeout: .seconds(60))
        }
        #expect(error?.reason == "connection_lost")
        // The first and the one right behind it.
        #expect(servers.connections == 2)
        #expect(servers.pauses == [])
        await client.close()
    }

    @Test func `what is left of the time goes with the second attempt`() async throws {
        let (times, time) = AsyncStream<UInt64?>.makeStream()
        let servers = ScriptedServers { number, peer in
            try await peer.welcome()
            while let request = try await peer.nextRequest() {
                time.yield(request.head.timeoutMilliseconds)
                if number == 1 { return }
                try await peer.echo(request)
            }
        }
        let client = servers.client()
        _ = try await client.call(TestService.echo, Note(text: "a"), timeout: .seconds(60))
        var iterator = times.makeAsyncIterator()
        // Connecting takes of it as well, and on a busy machine more than a millisecond.
        let first = try #require(await iterator.next() ?? nil)
        #expect(first <= 60_000 && first > 30_000)
        let second = try #require(await iterator.next() ?? nil)
        #expect(second <= first && second > 30_000)
        await client.close()
    }

    @Test func `a call does not wait for a connection beyond its time`() async throws {
        let servers = ScriptedServers { _, peer in try await peer.drain() }
        let client = servers.client()
        let error = await #expect(throws: RPCError.self) {
            try await client.call(TestService.echo, Note(text: "a"), timeout: .milliseconds(20))
        }
        #expect(error?.code == .deadlineExceeded)
        await client.close()
    }

    @Test func `a caller that gives up while connecting leaves the others their connection`() async throws {
        let gate = Gate()
        let (connecting, begun) = AsyncStream<Void>.makeStream()
        let servers = ScriptedServers { _, peer in
            begun.yield()
            try await gate.wait()
            try await peer.welcome()
            try await peer.serve()
        }
        let client = servers.client()
        let impatient = Task { try await client.call(TestService.echo, Note(text: "a")) }
        var iterator = connecting.makeAsyncIterator()
        _ = await iterator.next()
        let patient = Task { try await client.call(TestService.echo, Note(text: "b")) }
        impatient.cancel()
        let error = await #expect(throws: RPCError.self) { try await impatient.value }
        #expect(error?.code == .cancelled)
        gate.open()
        #expect(try await patient.value == Note(text: "b"))
        #expect(servers.connections == 1)
        await client.close()
    }

    @Test func `closing while connecting fails those who wait`() async throws {
        let (connecting, begun) = AsyncStream<Void>.makeStream()
        let servers = ScriptedServers { _, peer in
            begun.yield()
            try await peer.drain()
        }
        let client = servers.client()
        let call = Task { try await client.call(TestService.echo, Note(text: "a")) }
        var iterator = connecting.makeAsyncIterator()
        _ = await iterator.next()
        await client.close()
        let error = await #expect(throws: RPCError.self) { try await call.value }
        #expect(error?.reason == "connection_closed")
    }

    // MARK: Goaway

    @Test func `calls that a leaving server took are answered, those behind are made elsewhere, whatever the method`()
        async throws
    {
        let servers = ScriptedServers { number, peer in
            try await peer.welcome()
            guard number == 1 else { return try await peer.serve() }
            let first = try #require(try await peer.nextRequest())
            let second = try #require(try await peer.nextRequest())
            try await peer.goAway(after: first.streamID)
            // The client moves on although this connection stands; only then the first call is answered.
            try await peer.echo(first)
            _ = second
            try await peer.drain()
        }
        let client = servers.client()
        let answers = try await withThrowingTaskGroup(of: Note.self) { group in
            for text in ["a", "b"] {
                group.addTask { try await client.call(TestService.change, Note(text: text)) }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1.text) }
        }
        #expect(answers == ["a", "b"])
        #expect(servers.connections == 2)
        #expect(servers.pauses == [])
        await client.close()
    }

    @Test func `after a goaway new calls go over a new connection while the old one finishes`() async throws {
        let gate = Gate()
        let (left, leave) = AsyncStream<Void>.makeStream()
        let servers = ScriptedServers { number, peer in
            try await peer.welcome()
            guard number == 1 else { return try await peer.serve() }
            let request = try #require(try await peer.nextRequest())
            try await peer.goAway(after: request.streamID)
            // Answered in order, so the client has read the goaway when this has come.
            try await peer.send(Frame(type: .ping, streamID: 0))
            let answer = try await peer.next()
            #expect(answer?.type == .ping)
            leave.yield()
            try await gate.wait()
            try await peer.echo(request)
            #expect(try await peer.next() == nil, "the client stays on a connection that is of no use")
        }
        let client = servers.client()
        let old = Task { try await client.call(TestService.change, Note(text: "old")) }
        var iterator = left.makeAsyncIterator()
        _ = await iterator.next()
        #expect(try await client.call(TestService.change, Note(text: "new")) == Note(text: "new"))
        gate.open()
        #expect(try await old.value == Note(text: "old"))
        #expect(servers.connections == 2)
        await client.close()
    }

    @Test func `a call that a leaving server refuses is made elsewhere`() async throws {
        let servers = ScriptedServers { number, peer in
            try await peer.welcome()
            guard number == 1 else { return try await peer.serve() }
            let request = try #require(try await peer.nextRequest())
            try await peer.end(
                request.streamID, RPCError(.unavailable, reason: "shutting_down", message: "It goes away."))
        }
        let client = servers.client()
        #expect(try await client.call(TestService.change, Note(text: "a")) == Note(text: "a"))
        await client.close()
    }

    // MARK: With a real server

    @Test func `a server that is restarted is found again`() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory + "/s"
            let client = RPCClient(path: path, agent: "test/0")
            for _ in 0..<2 {
                let error = await #expect(throws: RPCError.self) {
                    try await client.call(TestService.change, Note(text: "a"))
                }
                #expect(error?.reason == "socket_missing")
            }
            for _ in 0..<2 {
                let server = RPCServer(
                    address: .path(path), configuration: TestService().configuration(),
                    group: MultiThreadedEventLoopGroup.singleton)
                let (listening, ready) = AsyncStream<Void>.makeStream()
                async let run: Void = server.run { ready.yield() }
                var iterator = listening.makeAsyncIterator()
                _ = await iterator.next()
                #expect(try await client.call(TestService.echo, Note(text: "a")) == Note(text: "a"))
                server.beginShutdown()
                try await run
            }
            await client.close()
        }
    }
}
