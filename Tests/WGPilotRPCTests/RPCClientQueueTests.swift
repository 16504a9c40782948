import NIOCore
import NIOPosix
import Testing
import WGPilotProtocol

@testable import WGPilotRPC

/// Calls beyond the number that the server takes at a time.
@Suite(.timeLimit(.minutes(2))) struct RPCClientQueueTests {
    @Test func `no more calls are sent than the server takes, and each in its turn`() async throws {
        let servers = ScriptedServers { _, peer in
            try await peer.welcome(maximumCalls: 3)
            var open: [RawPeer.Request] = []
            var last: UInt32 = 0
            for number in 0..<100 {
                // As many as there may be, before one is answered.
                while open.count < min(3, 100 - number) {
                    let request = try #require(try await peer.nextRequest())
                    #expect(request.streamID > last)
                    last = request.streamID
                    open.append(request)
                }
                // The one that came last first: the order of the answers is the server's.
                try await peer.echo(open.removeLast())
            }
            try await peer.drain()
        }
        let client = servers.client()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<100 {
                group.addTask {
                    let note = Note(text: "\(number)")
                    let answer = try await client.call(TestService.echo, note)
                    #expect(answer == note)
                }
            }
            try await group.waitForAll()
        }
        await client.close()
    }

    @Test func `a call that was given up is counted until the server has ended it`() async throws {
        let (steps, step) = AsyncStream<String>.makeStream()
        let gate = Gate()
        let servers = ScriptedServers { _, peer in
            try await peer.welcome(maximumCalls: 1)
            let first = try #require(try await peer.nextRequest())
            step.yield("taken")
            #expect(try await peer.next() == Frame(type: .cancel, streamID: first.streamID))
            step.yield("cancelled")
            try await gate.wait()
            // Were the next request sent too early it would be there now, before the answer to the ping.
            try await peer.send(Frame(type: .ping, streamID: 0))
            #expect(try await peer.next()?.type == .ping)
            try await peer.end(first.streamID, ClientHandler.cancelled)
            let second = try #require(try await peer.nextRequest())
            #expect(try second.text == "c", "one that was given up while it waited was sent")
            try await peer.echo(second)
            try await peer.drain()
        }
        let client = servers.client()
        var iterator = steps.makeAsyncIterator()
        let first = Task { try await client.call(TestService.change, Note(text: "a")) }
        #expect(await iterator.next() == "taken")
        first.cancel()
        await #expect(throws: RPCError.self) { try await first.value }
        #expect(await iterator.next() == "cancelled")
        let second = Task { try await client.call(TestService.change, Note(text: "b"), timeout: .milliseconds(1)) }
        let third = Task { try await client.call(TestService.change, Note(text: "c")) }
        let error = await #expect(throws: RPCError.self) { try await second.value }
        #expect(error?.code == .deadlineExceeded)
        #expect(error?.message.contains("nothing was sent") == true)
        gate.open()
        #expect(try await third.value == Note(text: "c"))
        await client.close()
    }

    @Test func `calls that waited when the connection was lost are made on the next, whatever the method`()
        async throws
    {
        let servers = ScriptedServers { number, peer in
            try await peer.welcome(maximumCalls: number == 1 ? 1 : 64)
            guard number == 1 else { return try await peer.serve() }
            _ = try await peer.nextRequest()
        }
        let client = servers.client()
        let outcomes = await withTaskGroup(of: Result<Note, RPCError>.self) { group in
            for number in 0..<20 {
                group.addTask {
                    do throws(RPCError) {
                        return .success(try await client.call(TestService.change, Note(text: "\(number)")))
                    } catch {
                        return .failure(error)
                    }
                }
            }
            return await group.reduce(into: [Result<Note, RPCError>]()) { $0.append($1) }
        }
        let lost = outcomes.compactMap { if case .failure(let error) = $0 { error } else { nil } }
        // Only the one that was sent may have been done.
        #expect(lost.map(\.reason) == ["connection_lost"])
        await client.close()
    }

    @Test func `a server that takes no call at all is asked one at a time`() async throws {
        let servers = ScriptedServers { _, peer in
            try await peer.welcome(maximumCalls: 0)
            try await peer.serve()
        }
        let client = servers.client()
        #expect(try await client.call(TestService.echo, Note(text: "a")) == Note(text: "a"))
        await client.close()
    }
}
