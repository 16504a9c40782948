import Glibc
import NIOCore
import NIOPosix
import Synchronization
import Testing
import WGPilotProtocol
import WGPilotTestSupport

@testable import WGPilotRPC

@Suite(.timeLimit(.minutes(2))) struct RPCServerTests {
    private func server(
        _ service: TestService, _ address: ListenAddress, limits: RPCServerConfiguration.Limits = .init()
    ) -> RPCServer {
        RPCServer(
            address: address, configuration: service.configuration(limits: limits),
            group: MultiThreadedEventLoopGroup.singleton)
    }

    /// Runs `server` around `body`, ends it gracefully, and throws what it threw.
    private func serving<Output>(_ server: RPCServer, _ body: () async throws -> Output) async throws -> Output {
        let (listening, ready) = AsyncStream<Void>.makeStream()
        async let run: Void = {
            defer { ready.finish() }
            try await server.run { ready.yield() }
        }()
        var iterator = listening.makeAsyncIterator()
        guard await iterator.next() != nil else {
            try await run
            throw CancellationError()
        }
        do {
            let output = try await body()
            server.beginShutdown()
            try await run
            return output
        } catch {
            server.beginShutdown()
            try await run
            throw error
        }
    }

    private func mode(of path: String) -> mode_t? {
        var status = stat()
        return unsafe lstat(path, &status) == 0 ? status.st_mode : nil
    }

    private func connect(_ path: String) async throws -> RPCClient {
        try await RPCClient.connect(path: path, agent: "test/0")
    }

    // MARK: The socket

    @Test func `the socket has its mode and group, and is gone afterwards`() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory + "/s"
            // Root may give the socket to any group; anybody else only to one of its own.
            let group = getuid() == 0 ? 12345 : getgid()
            // An open umask, as a daemon may have: the mode must not depend on it.
            try await serving(server(TestService(), .path(path, mode: 0o640, group: group))) {
                #expect(mode(of: path) == S_IFSOCK | 0o640)
                var status = stat()
                #expect(unsafe lstat(path, &status) == 0)
                #expect(status.st_gid == group)
                #expect(mode(of: path + ".new") == nil)
                let client = try await connect(path)
                #expect(client.serverHello?.caller?.uid == getuid())
                #expect(client.serverHello?.caller?.gid == getgid())
                await client.close()
            }
            #expect(mode(of: path) == nil)
            #expect(mode(of: path + ".lock") == S_IFREG | 0o600)
        }
    }

    @Test func `a socket that a killed server left is replaced`() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory + "/s"
            let stale = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
            try bind(stale, to: path)
            close(stale)
            #expect(mode(of: path).map { $0 & S_IFMT } == S_IFSOCK)
            try await serving(server(TestService(), .path(path))) {
                let client = try await connect(path)
                #expect(try await client.call(TestService.echo, Note(text: "a")) == Note(text: "a"))
                await client.close()
            }
        }
    }

    @Test func `a second server is refused, and the first goes on`() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory + "/s"
            try await serving(server(TestService(), .path(path))) {
                let error = await #expect(throws: ListenerError.self) {
                    try await server(TestService(), .path(path)).run()
                }
                #expect(error?.code == .addressInUse)
                let client = try await connect(path)
                #expect(try await client.call(TestService.echo, Note(text: "a")) == Note(text: "a"))
                await client.close()
            }
        }
    }

    @Test func `a foreign server on the path is refused too`() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory + "/s"
            let foreign = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
            try bind(foreign, to: path)
            defer { close(foreign) }
            #expect(listen(foreign, 1) == 0)
            let error = await #expect(throws: ListenerError.self) {
                try await server(TestService(), .path(path)).run()
            }
            #expect(error?.code == .addressInUse)
            #expect(mode(of: path) != nil)
        }
    }

    @Test func `a file that is no socket is left alone`() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory + "/s"
            let file = unsafe open(path, O_CREAT | O_WRONLY, 0o600)
            close(file)
            let error = await #expect(throws: ListenerError.self) {
                try await server(TestService(), .path(path)).run()
            }
            #expect(error?.code == .notASocket)
            #expect(mode(of: path) == S_IFREG | 0o600)
        }
    }

    @Test(arguments: ["", "/nonexistent-directory/s", "/tmp/" + String(repeating: "x", count: 120)])
    func `a path that cannot be is an error`(path: String) async {
        await #expect(throws: ListenerError.self) { try await server(TestService(), .path(path)).run() }
        _ = unsafe unlink(path + ".lock")
    }

    @Test func `a socket that somebody put in the place of ours is not removed`() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory + "/s"
            try await serving(server(TestService(), .path(path))) {
                #expect(unsafe unlink(path) == 0)
                close(unsafe open(path, O_CREAT | O_WRONLY, 0o600))
            }
            #expect(mode(of: path) == S_IFREG | 0o600)
        }
    }

    @Test(arguments: [0o660, 0o600] as [mode_t])
    func `an inherited socket is served and left in place`(wanted: mode_t) async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory + "/s"
            let inherited = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
            try bind(inherited, to: path)
            #expect(unsafe chmod(path, wanted) == 0)
            #expect(listen(inherited, 1) == 0)
            try await serving(server(TestService(), .inherited(descriptor: inherited))) {
                let client = try await connect(path)
                #expect(try await client.call(TestService.echo, Note(text: "a")) == Note(text: "a"))
                await client.close()
            }
            #expect(mode(of: path) == S_IFSOCK | wanted)
        }
    }

    @Test func `an inherited socket that is too open, or none, is refused`() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory + "/s"
            let inherited = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
            defer { close(inherited) }
            try bind(inherited, to: path)
            var error = await #expect(throws: ListenerError.self) {
                try await server(TestService(), .inherited(descriptor: inherited)).run()
            }
            #expect(error?.code == .unsuitableDescriptor, "it does not listen")
            #expect(listen(inherited, 1) == 0)
            for wide in [0o666, 0o661, 0o670] as [mode_t] {
                #expect(unsafe chmod(path, wide) == 0)
                error = await #expect(throws: ListenerError.self) {
                    try await server(TestService(), .inherited(descriptor: inherited)).run()
                }
                #expect(error?.code == .tooPermissive)
            }
            error = await #expect(throws: ListenerError.self) {
                try await server(TestService(), .inherited(descriptor: -1)).run()
            }
            #expect(error?.code == .unsuitableDescriptor)
        }
    }

    // MARK: Connections

    @Test func `the listener survives whatever connections do`() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory + "/s"
            let seed = UInt64.random(in: .min ... .max)
            var generator = SeededGenerator(seed: seed)
            try await serving(server(TestService(), .path(path))) {
                for _ in 0..<50 {
                    let garbage = (0..<Int.random(in: 0...100, using: &generator)).map { _ in
                        UInt8(truncatingIfNeeded: generator.next() >> 60)
                    }
                    try await RawPeer.with(path: path) { peer in
                        try await peer.send(garbage)
                    }
                    try await RawPeer.with(path: path) { peer in
                        _ = try await peer.greet()
                        try await peer.send(garbage)
                    }
                }
                let client = try await connect(path)
                #expect(try await client.call(TestService.echo, Note(text: "a")) == Note(text: "a"), "seed \(seed)")
                await client.close()
            }
        }
    }

    @Test func `one connection too many is told so`() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory + "/s"
            var limits = RPCServerConfiguration.Limits()
            limits.maximumConnections = 2
            try await serving(server(TestService(), .path(path), limits: limits)) {
                let clients = [try await connect(path), try await connect(path)]
                let error = await #expect(throws: RPCError.self) { try await connect(path) }
                #expect(error?.reason == "too_many_connections")
                for client in clients {
                    #expect(try await client.call(TestService.echo, Note(text: "a")) == Note(text: "a"))
                    await client.close()
                }
            }
        }
    }

    @Test func `a thousand calls at a time on one connection`() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory + "/s"
            var limits = RPCServerConfiguration.Limits()
            limits.maximumCallsPerConnection = 1000
            try await serving(server(TestService(), .path(path), limits: limits)) {
                let client = try await connect(path)
                try await withThrowingTaskGroup(of: Bool.self) { group in
                    for number in 0..<1000 {
                        group.addTask {
                            let note = Note(text: "\(number)")
                            return try await client.call(TestService.echo, note, timeout: .seconds(60)) == note
                        }
                    }
                    for try await isRight in group { #expect(isRight) }
                }
                await client.close()
            }
        }
    }

    // MARK: Shutdown

    @Test func `calls in flight finish while new ones are refused and streams end`() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory + "/s"
            let service = TestService()
            let server = server(service, .path(path))
            try await serving(server) {
                try await RawPeer.with(path: path) { peer in
                    _ = try await peer.greet()
                    var events = service.events.makeAsyncIterator()
                    try await peer.send(RawPeer.request(1, TestService.wait.fullName, Note(text: "slow")))
                    #expect(await events.next() == "started slow")
                    try await peer.send(RawPeer.request(4, TestService.linger.fullName, Note(text: "stream")))
                    #expect(try await peer.next()?.type == .message)
                    #expect(await events.next() == "started stream")
                    server.beginShutdown()
                    #expect(try await peer.nextGoAway()?.lastStreamID == 4)
                    #expect(try await peer.nextStatus(on: 4)?.reason == "shutting_down")
                    #expect(await events.next() == "cancelled stream")
                    try await peer.send(RawPeer.request(5, TestService.echo.fullName, Note(text: "new")))
                    let refused = try await peer.nextStatus(on: 5)
                    #expect(refused?.code == .unavailable)
                    #expect(refused?.reason == "shutting_down")
                    let outside = await #expect(throws: RPCError.self) { try await connect(path) }
                    #expect(outside?.code == .unavailable)
                    service.gate.open()
                    #expect(try await peer.next()?.type == .message)
                    #expect(try await peer.nextStatus(on: 1)?.code == .ok)
                    #expect(try await peer.next() == nil)
                }
            }
        }
    }

    @Test func `a connection without calls is told and closed at once`() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory + "/s"
            let server = server(TestService(), .path(path))
            try await serving(server) {
                try await RawPeer.with(path: path) { greeted in
                    _ = try await greeted.greet()
                    try await greeted.echo(3)
                    try await RawPeer.with(path: path) { silent in
                        // It is a connection from its acceptance on, which comes some time after the connect.
                        try await silent.send([0])
                        server.beginShutdown()
                        let word = try await silent.next()
                        #expect(word == nil || word?.type == .status)
                    }
                    #expect(try await greeted.nextGoAway()?.lastStreamID == 3)
                    #expect(try await greeted.next() == nil)
                }
            }
        }
    }

    @Test func `a call that does not finish is cancelled in the end`() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory + "/s"
            let service = TestService()
            var limits = RPCServerConfiguration.Limits()
            limits.drainTimeout = .milliseconds(20)
            let server = server(service, .path(path), limits: limits)
            try await serving(server) {
                try await RawPeer.with(path: path) { peer in
                    _ = try await peer.greet()
                    try await peer.send(RawPeer.request(1, TestService.wait.fullName, Note(text: "slow")))
                    var events = service.events.makeAsyncIterator()
                    #expect(await events.next() == "started slow")
                    server.beginShutdown()
                    #expect(try await peer.nextGoAway()?.lastStreamID == 1)
                    #expect(try await peer.next() == nil)
                    #expect(await events.next() == "cancelled slow")
                }
            }
        }
    }

    @Test func `the server ends after a handler that does not heed its cancellation`() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory + "/s"
            let service = TestService()
            let server = server(service, .path(path))
            let (listening, ready) = AsyncStream<Void>.makeStream()
            let run = Task {
                try await server.run { ready.yield() }
                return service.log.withLock { $0 }
            }
            var iterator = listening.makeAsyncIterator()
            _ = await iterator.next()
            try await RawPeer.with(path: path) { peer in
                _ = try await peer.greet()
                try await peer.send(RawPeer.request(1, TestService.stubborn.fullName, Note(text: "mule")))
                var events = service.events.makeAsyncIterator()
                #expect(await events.next() == "started mule")
                run.cancel()
                #expect(try await peer.next() == nil)
            }
            service.gate.open()
            #expect(try await run.value == ["started mule", "cancelled mule"])
        }
    }

    @Test func `cancelling the server's task ends it at once`() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory + "/s"
            let service = TestService()
            let server = server(service, .path(path))
            let (listening, ready) = AsyncStream<Void>.makeStream()
            let run = Task { try await server.run { ready.yield() } }
            var iterator = listening.makeAsyncIterator()
            _ = await iterator.next()
            let client = try await connect(path)
            let slow = Task { try await client.call(TestService.wait, Note(text: "slow")) }
            var events = service.events.makeAsyncIterator()
            #expect(await events.next() == "started slow")
            run.cancel()
            await #expect(throws: RPCError.self) { try await slow.value }
            _ = await run.result
            #expect(mode(of: path) == nil)
        }
    }

    @Test func `a server that is shut down before it runs does not serve`() async throws {
        try await TemporaryDirectory.with { directory in
            let server = server(TestService(), .path(directory + "/s"))
            server.beginShutdown()
            try await server.run { Issue.record("It listened.") }
        }
    }

    // MARK: Credentials

    @Test func `the kernel's word on a socket pair is this process`() throws {
        var descriptors: [CInt] = [-1, -1]
        #expect(unsafe socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &descriptors) == 0)
        defer { for descriptor in descriptors { close(descriptor) } }
        let credentials = try PeerCredentials(socket: descriptors[0])
        #expect(credentials.uid == geteuid())
        #expect(credentials.gid == getegid())
        #expect(credentials.pid == getpid())
        var groups = [gid_t](repeating: 0, count: 65536)
        let count = unsafe getgroups(CInt(groups.count), &groups)
        #expect(credentials.groups.sorted() == groups.prefix(Int(count)).sorted())
    }

    @Test func `a descriptor without a peer has no credentials`() {
        let lonely = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        defer { close(lonely) }
        #expect(throws: ListenerError.self) { try PeerCredentials(socket: lonely) }
        #expect(throws: ListenerError.self) { try PeerCredentials(socket: -1) }
    }

    // MARK: Threads

    /// What computes for long, or has much to read, must not keep the other connections of the loop waiting.
    @Test func `heavy methods and large requests are nothing for the event loop`() async throws {
        @Sendable func answer(_ note: Note) -> Note {
            Note(text: MultiThreadedEventLoopGroup.currentEventLoop == nil ? "elsewhere" : "loop")
        }
        let light = TestService.descriptor("Light")
        let heavy = TestService.descriptor("Heavy")
        var router = RPCRouter()
        router.register(light) { note, _ in answer(note) }
        router.register(heavy) { note, _ in answer(note) }
        var configuration = TestService().configuration()
        configuration.router = router
        configuration.heavyMethods = [heavy.fullName]
        try await TemporaryDirectory.with { [configuration] directory in
            let path = directory + "/s"
            let server = RPCServer(
                address: .path(path), configuration: configuration, group: MultiThreadedEventLoopGroup.singleton)
            try await serving(server) {
                let client = try await connect(path)
                let large = Note(text: String(repeating: "x", count: 256 << 10))
                #expect(try await client.call(light, Note(text: "small")) == Note(text: "loop"))
                #expect(try await client.call(heavy, Note(text: "small")) == Note(text: "elsewhere"))
                #expect(try await client.call(light, large) == Note(text: "elsewhere"))
                await client.close()
            }
        }
    }
}
