import Glibc
import NIOCore
import NIOPosix
import Synchronization
import Testing
import WGPilotProtocol

@testable import WGPilotRPC

@Suite(.timeLimit(.minutes(2))) struct RPCConnectorTests {
    /// A connector to servers that each take one request and hang up, but for the last, which answers.
    private func connector(hangUps: Int) -> (RPCConnector, connections: @Sendable () -> Int) {
        let count = Counter()
        let connector = RPCConnector { () async throws(RPCError) in
            let number = count.next()
            var descriptors: [CInt] = [-1, -1]
            guard unsafe socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &descriptors) == 0 else {
                throw RPCError(.internal, reason: "socketpair", message: "")
            }
            let serverEnd = descriptors[0]
            Task {
                try await RawPeer.with(descriptor: serverEnd) { peer in
                    _ = try await peer.next()
                    let hello = Hello(maximumFrameLength: 1 << 20, agent: "raw/0")
                    try await peer.send(Frame(type: .hello, streamID: 0, payload: try CBOREncoder().encode(hello)))
                    while let request = try await peer.next(), number > hangUps {
                        guard request.type == .request else { continue }
                        var offset = 0
                        _ = try CBORDecoder().decode(RequestHead.self, from: request.payload, at: &offset)
                        let message = Array(request.payload[offset...])
                        try await peer.send(Frame(type: .message, streamID: request.streamID, payload: message))
                        try await peer.send(
                            Frame(type: .status, streamID: request.streamID, payload: [0xa1, 0x01, 0x00]))
                    }
                }
            }
            return try await RPCClient.connect(
                descriptor: descriptors[1], agent: "test/0", group: MultiThreadedEventLoopGroup.singleton)
        }
        return (connector, { count.value })
    }

    private final class Counter: Sendable {
        private let number = Mutex(0)
        var value: Int { number.withLock { $0 } }

        func next() -> Int {
            number.withLock { number in
                number += 1
                return number
            }
        }
    }

    @Test func `one connection serves many calls`() async throws {
        let (connector, connections) = connector(hangUps: 0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask {
                    let note = Note(text: "\(number)")
                    let answer = try await connector.call(TestService.echo, note)
                    #expect(answer == note)
                }
            }
            try await group.waitForAll()
        }
        #expect(connections() == 1)
        await connector.close()
        let error = await #expect(throws: RPCError.self) {
            try await connector.call(TestService.echo, Note(text: ""))
        }
        #expect(error?.reason == "connection_closed")
    }

    @Test func `a call that may be repeated is, once`() async throws {
        let (connector, connections) = connector(hangUps: 1)
        #expect(try await connector.call(TestService.echo, Note(text: "a")) == Note(text: "a"))
        #expect(connections() == 2)
        await connector.close()
    }

    @Test func `a second loss is the caller's`() async throws {
        let (connector, connections) = connector(hangUps: 5)
        let error = await #expect(throws: RPCError.self) {
            try await connector.call(TestService.echo, Note(text: "a"))
        }
        #expect(error?.reason == "connection_lost")
        #expect(connections() == 2)
        await connector.close()
    }

    @Test func `a change that may have happened is not repeated, and the next call connects anew`() async throws {
        let (connector, connections) = connector(hangUps: 1)
        let error = await #expect(throws: RPCError.self) {
            try await connector.call(TestService.change, Note(text: "a"))
        }
        #expect(error?.reason == "connection_lost")
        #expect(connections() == 1)
        #expect(try await connector.call(TestService.change, Note(text: "b")) == Note(text: "b"))
        #expect(connections() == 2)
        await connector.close()
    }

    @Test func `a server that is away is an error each time, and found when it is back`() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory + "/s"
            let connector = RPCConnector(path: path, agent: "test/0")
            for _ in 0..<2 {
                let error = await #expect(throws: RPCError.self) {
                    try await connector.call(TestService.change, Note(text: "a"))
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
                // Without a repeat for idempotent methods: the echo finds the loss before it is sent, or repeats.
                #expect(try await connector.call(TestService.echo, Note(text: "a")) == Note(text: "a"))
                server.beginShutdown()
                try await run
            }
            await connector.close()
        }
    }
}
