import NIOCore
import NIOPosix
import Testing
import WGPilotProtocol
import WGPilotTestSupport

@testable import WGPilotRPC

/// Streams, and how much of them the client lets the server send.
@Suite(.timeLimit(.minutes(2))) struct RPCClientStreamTests {
    private static let notes = StreamDescriptor<Note, Note>(
        service: "test.v1.Test", method: "Notes", requiredRole: .viewer, isIdempotent: true, isMutation: false)

    @Test(arguments: [nil, 1000, 1] as [UInt32?])
    func `the window that the caller chose goes with the request, the usual one does not`(window: UInt32?) async throws
    {
        let servers = ScriptedServers { _, peer in
            try await peer.welcome()
            let request = try #require(try await peer.nextRequest())
            #expect(request.head.window == window)
            try await peer.end(request.streamID)
            try await peer.drain()
        }
        let client = servers.client()
        let stream = client.stream(Self.notes, Note(text: ""), window: window ?? StreamCredit.defaultWindow)
        for try await note in stream { Issue.record("\(note)") }
        await client.close()
    }

    @Test func `what the reader takes is granted again, half a window at a time`() async throws {
        let window = 100
        let servers = ScriptedServers { _, peer in
            try await peer.welcome()
            let request = try #require(try await peer.nextRequest())
            var credit = StreamCredit(window: try #require(request.head.window))
            var grants: [Int] = []
            for number in 0..<200 {
                while !credit.allowsMessage {
                    let grant = try await peer.nextGrant(on: request.streamID)
                    #expect(grant >= window / 2)
                    grants.append(grant)
                    let isGranted = credit.grant(UInt32(grant))
                    #expect(isGranted)
                }
                // From a few bytes to more than the window.
                let text = String(repeating: "x", count: number * 7 % 130)
                credit.spend(try await peer.send(note: text, on: request.streamID))
            }
            #expect(grants.count > 10)
            try await peer.end(request.streamID)
            try await peer.drain()
        }
        let client = servers.client()
        var lengths: [Int] = []
        for try await note in client.stream(Self.notes, Note(text: ""), window: UInt32(window)) {
            lengths.append(note.text.count)
        }
        #expect(lengths == (0..<200).map { $0 * 7 % 130 })
        await client.close()
    }

    @Test func `nothing is granted before it is taken, and other calls go on meanwhile`() async throws {
        let servers = ScriptedServers { _, peer in
            try await peer.welcome()
            let stream = try #require(try await peer.nextRequest())
            // 10 bytes each: the third overdraws the window of 22.
            for text in ["aaaaaaa", "bbbbbbb", "ccccccc"] { try await peer.send(note: text, on: stream.streamID) }
            // The reader took one message, less than half of the window, so this is the other call.
            let other = try #require(try await peer.nextRequest())
            try await peer.echo(other)
            #expect(try await peer.nextGrant(on: stream.streamID) == 20)
            try await peer.end(stream.streamID)
            try await peer.drain()
        }
        let client = servers.client()
        var iterator = client.stream(Self.notes, Note(text: ""), window: 22).makeAsyncIterator()
        #expect(try await iterator.next()?.text == "aaaaaaa")
        #expect(try await client.call(TestService.echo, Note(text: "other")) == Note(text: "other"))
        #expect(try await iterator.next()?.text == "bbbbbbb")
        #expect(try await iterator.next()?.text == "ccccccc")
        #expect(try await iterator.next() == nil)
        #expect(try await iterator.next() == nil)
        await client.close()
    }

    @Test func `a server that sends more than it may loses the connection`() async throws {
        let servers = ScriptedServers { _, peer in
            try await peer.welcome()
            let stream = try #require(try await peer.nextRequest())
            // In one piece, so that nothing is granted between them.
            try await peer.send(
                try [String(repeating: "x", count: 100), ""].flatMap { text in
                    let payload = try CBOREncoder().encode(Note(text: text))
                    return Frame(type: .message, streamID: stream.streamID, payload: payload).bytes
                })
            try await peer.drain()
        }
        let client = servers.client(retry: .never)
        var iterator = client.stream(Self.notes, Note(text: ""), window: 100).makeAsyncIterator()
        // What came before is the reader's.
        #expect(try await iterator.next()?.text.count == 100)
        let error = await #expect(throws: RPCError.self) { try await iterator.next() }
        #expect(error?.reason == "malformed_response")
        #expect(!client.isConnected)
        await client.close()
    }

    @Test func `messages without a byte, which cost no credit, are none`() async throws {
        let servers = ScriptedServers { _, peer in
            try await peer.welcome()
            let stream = try #require(try await peer.nextRequest())
            try await peer.send(Frame(type: .message, streamID: stream.streamID))
            try await peer.drain()
        }
        let client = servers.client(retry: .never)
        var iterator = client.stream(Self.notes, Note(text: "")).makeAsyncIterator()
        let error = await #expect(throws: RPCError.self) { try await iterator.next() }
        #expect(error?.reason == "malformed_response")
        await client.close()
    }

    @Test func `a server from before flow control gets no window frame and keeps to no window`() async throws {
        let servers = ScriptedServers { _, peer in
            try await peer.welcome(maximumCalls: nil)
            let stream = try #require(try await peer.nextRequest())
            for _ in 0..<20 { try await peer.send(note: String(repeating: "x", count: 100), on: stream.streamID) }
            try await peer.end(stream.streamID)
            #expect(try await peer.nextRequest()?.text == "after")
        }
        let client = servers.client(retry: .never)
        var count = 0
        for try await _ in client.stream(Self.notes, Note(text: ""), window: 100) { count += 1 }
        #expect(count == 20)
        await #expect(throws: RPCError.self) { try await client.call(TestService.change, Note(text: "after")) }
        await client.close()
    }

    @Test func `leaving a stream gives the call up, and what still comes for it is dropped`() async throws {
        let servers = ScriptedServers { _, peer in
            try await peer.welcome()
            let stream = try #require(try await peer.nextRequest())
            try await peer.send(note: "a", on: stream.streamID)
            #expect(try await peer.next() == Frame(type: .cancel, streamID: stream.streamID))
            try await peer.send(note: "b", on: stream.streamID)
            try await peer.end(stream.streamID, ClientHandler.cancelled)
            try await peer.serve()
        }
        let client = servers.client()
        for try await note in client.stream(Self.notes, Note(text: "")) {
            #expect(note.text == "a")
            break
        }
        #expect(try await client.call(TestService.echo, Note(text: "c")) == Note(text: "c"))
        #expect(servers.connections == 1)
        await client.close()
    }

    @Test func `cancelling the task that reads ends the stream for it and the server`() async throws {
        let (steps, step) = AsyncStream<Void>.makeStream()
        let servers = ScriptedServers { _, peer in
            try await peer.welcome()
            let stream = try #require(try await peer.nextRequest())
            step.yield()
            #expect(try await peer.next() == Frame(type: .cancel, streamID: stream.streamID))
            step.yield()
            try await peer.drain()
        }
        let client = servers.client()
        let task = Task {
            for try await note in client.stream(Self.notes, Note(text: "")) { Issue.record("\(note)") }
        }
        var iterator = steps.makeAsyncIterator()
        _ = await iterator.next()
        task.cancel()
        let error = await #expect(throws: RPCError.self) { try await task.value }
        #expect(error?.code == .cancelled)
        _ = await iterator.next()
        await client.close()
    }

    @Test func `a stream lost before its first message is opened anew, one lost later is the reader's`() async throws {
        let servers = ScriptedServers { number, peer in
            try await peer.welcome()
            let stream = try #require(try await peer.nextRequest())
            if number == 1 { return }
            try await peer.send(note: "a", on: stream.streamID)
            // Until the client has read it: a connection that is reset may lose what was sent.
            _ = try await peer.nextGrant(on: stream.streamID)
        }
        let client = servers.client()
        var iterator = client.stream(Self.notes, Note(text: ""), window: 1).makeAsyncIterator()
        #expect(try await iterator.next()?.text == "a")
        let error = await #expect(throws: RPCError.self) { try await iterator.next() }
        #expect(error?.reason == "connection_lost")
        #expect(servers.connections == 2)
        // Over is over.
        #expect(try await iterator.next() == nil)
        await client.close()
    }

    @Test func `an inbox tells the end last, and nothing after it`() async {
        let inbox = StreamInbox()
        inbox.put([1, 2])
        inbox.put([3])
        inbox.finish(ClientHandler.lost)
        inbox.put([4])
        #expect(await inbox.take() == .success([1, 2]))
        #expect(await inbox.take() == .success([3]))
        #expect(await inbox.take() == .failure(ClientHandler.lost))
        #expect(await inbox.take() == .failure(ClientHandler.lost))
    }

    @Test func `streams and calls at random leave nothing hanging and lose nothing`() async throws {
        let seed = UInt64.random(in: .min ... .max)
        let servers = ScriptedServers { _, peer in
            try await peer.welcome(maximumCalls: 4)
            var credits: [UInt32: (credit: StreamCredit, left: Int)] = [:]
            var generator = SeededGenerator(seed: seed)
            while true {
                for (streamID, stream) in credits where stream.credit.allowsMessage {
                    if stream.left == 0 {
                        credits[streamID] = nil
                        try await peer.end(streamID)
                        continue
                    }
                    let size = Int.random(in: 0...300, using: &generator)
                    let sent = try await peer.send(note: String(repeating: "x", count: size), on: streamID)
                    credits[streamID]?.credit.spend(sent)
                    credits[streamID]?.left -= 1
                }
                if credits.values.contains(where: { $0.credit.allowsMessage }) { continue }
                guard let frame = try await peer.next() else { return }
                switch frame.type {
                case .request:
                    #expect(credits.count < 4, "seed \(seed)")
                    var offset = 0
                    let head = try CBORDecoder().decode(RequestHead.self, from: frame.payload, at: &offset)
                    if let window = head.window {
                        credits[frame.streamID] = (StreamCredit(window: window), 50)
                    } else {
                        try await peer.send(note: "x", on: frame.streamID)
                        try await peer.end(frame.streamID)
                    }
                case .window:
                    let bytes = try CBORDecoder().decode(UInt32.self, from: frame.payload)
                    _ = credits[frame.streamID]?.credit.grant(bytes)
                case .cancel:
                    if credits.removeValue(forKey: frame.streamID) != nil {
                        try await peer.end(frame.streamID, ClientHandler.cancelled)
                    }
                default: Issue.record("\(frame)")
                }
            }
        }
        let client = servers.client()
        var generator = SeededGenerator(seed: seed &+ 1)
        let plans = (0..<60).map { _ in
            (Int.random(in: 0..<4, using: &generator), UInt32.random(in: 1...2000, using: &generator))
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (kind, window) in plans {
                group.addTask {
                    guard kind > 0 else {
                        let answer = try await client.call(TestService.echo, Note(text: ""))
                        #expect(answer.text == "x")
                        return
                    }
                    var count = 0
                    for try await _ in client.stream(Self.notes, Note(text: ""), window: window) {
                        count += 1
                        if kind == 1, count == Int(window) % 50 { break }
                    }
                    #expect(count == (kind == 1 && window % 50 > 0 ? Int(window) % 50 : 50), "seed \(seed)")
                }
            }
            try await group.waitForAll()
        }
        #expect(servers.connections == 1)
        await client.close()
    }
}
