import Foundation
import Glibc
import Logging
import NIOCore
import NIOPosix
import Synchronization
import Testing
import WGPilotProtocol
import WGPilotTestSupport

@testable import WGPilotRPC

/// What one client may take up, and what the others notice of it.
@Suite(.timeLimit(.minutes(2))) struct ServerLimitsTests {
    @Test func `a call too many is refused, and the hello says how many there may be`() async throws {
        let service = TestService()
        var limits = RPCServerConfiguration.Limits()
        limits.maximumCallsPerConnection = 2
        try await RawPeer.withServer(of: service, limits: limits) { peer in
            #expect(try await peer.greet()?.maximumCalls == 2)
            try await peer.send(RawPeer.request(1, TestService.wait.fullName, Note(text: "a")))
            try await peer.send(RawPeer.request(2, TestService.linger.fullName, Note(text: "b"), window: 0))
            for streamID in 3...5 as ClosedRange<UInt32> {
                try await peer.send(RawPeer.request(streamID, TestService.echo.fullName, Note(text: "c")))
                let status = try await peer.nextStatus(on: streamID)
                #expect(status?.code == .resourceExhausted)
                #expect(status?.reason == "too_many_calls")
            }
            // A call that ends makes room, whatever ends it.
            try await peer.send(Frame(type: .cancel, streamID: 2))
            #expect(try await peer.nextStatus(on: 2)?.code == .cancelled)
            try await peer.echo(6)
            service.gate.open()
            #expect(try await peer.next()?.streamID == 1)
            #expect(try await peer.nextStatus(on: 1)?.code == .ok)
            try await peer.echo(7)
        }
    }

    @Test func `handlers that do not heed their cancellation are not begun without end`() async throws {
        let service = TestService()
        var limits = RPCServerConfiguration.Limits()
        limits.maximumCallsPerConnection = 2
        try await RawPeer.withServer(of: service, limits: limits) { peer in
            _ = try await peer.greet()
            for streamID in 1...4 as ClosedRange<UInt32> {
                try await peer.send(RawPeer.request(streamID, TestService.stubborn.fullName, Note(text: "")))
                try await peer.send(Frame(type: .cancel, streamID: streamID))
                #expect(try await peer.nextStatus(on: streamID)?.code == .cancelled)
            }
            try await peer.send(RawPeer.request(5, TestService.stubborn.fullName, Note(text: "")))
            #expect(try await peer.nextStatus(on: 5)?.reason == "too_many_calls")
            service.gate.open()
            var streamID: UInt32 = 5
            var reason: String? = "too_many_calls"
            while reason == "too_many_calls" {
                streamID += 1
                try await peer.send(RawPeer.request(streamID, TestService.fail.fullName, Note(text: "")))
                reason = try await peer.nextStatus(on: streamID)?.reason
            }
            #expect(reason == "note_not_found")
        }
    }

    @Test func `metadata beyond the limit refuse the call alone`() async throws {
        var limits = RPCServerConfiguration.Limits()
        limits.maximumMetadataBytes = 100
        try await RawPeer.withServer(limits: limits) { peer in
            _ = try await peer.greet()
            // 3 + 97 bytes, and one more.
            for (streamID, count) in [(1, 97), (2, 98)] as [(UInt32, Int)] {
                let metadata = ["key": String(repeating: "v", count: count)]
                try await peer.send(
                    RawPeer.request(streamID, TestService.echo.fullName, Note(text: ""), metadata: metadata))
                if count == 97 { #expect(try await peer.next()?.type == .message) }
                let status = try await peer.nextStatus(on: streamID)
                #expect(status?.code == (count == 97 ? .ok : .invalidArgument))
                #expect(status?.reason == (count == 97 ? "" : "metadata_too_large"))
            }
            try await peer.echo(3)
        }
    }

    // MARK: Rates

    /// A clock that stands still until it is moved.
    private final class Clock: Sendable {
        private let time = Mutex(NIODeadline.uptimeNanoseconds(1_000_000_000_000))

        var now: NIODeadline { time.withLock { $0 } }

        func advance(_ amount: TimeAmount) {
            time.withLock { $0 = $0 + amount }
        }
    }

    @Test func `a user's calls beyond the rate are refused with the time to wait`() async throws {
        let clock = Clock()
        var limits = RPCServerConfiguration.Limits()
        limits.maximumCallsPerSecond = 4
        try await RawPeer.withServer(limits: limits, now: { clock.now }) { peer in
            _ = try await peer.greet()
            for streamID in 1...8 as ClosedRange<UInt32> { try await peer.echo(streamID) }
            try await peer.send(RawPeer.request(9, TestService.echo.fullName, Note(text: "")))
            let status = try await peer.nextStatus(on: 9)
            #expect(status?.code == .resourceExhausted)
            #expect(status?.reason == "too_many_requests")
            #expect(status?.metadata["retry-after-ms"] == "250")
            clock.advance(.milliseconds(249))
            try await peer.send(RawPeer.request(10, TestService.echo.fullName, Note(text: "")))
            #expect(try await peer.nextStatus(on: 10)?.metadata["retry-after-ms"] == "1")
            clock.advance(.milliseconds(1))
            try await peer.echo(11)
            try await peer.send(RawPeer.request(12, TestService.echo.fullName, Note(text: "")))
            #expect(try await peer.nextStatus(on: 12)?.reason == "too_many_requests")
            // Pings are counted, but come through for as long as another burst.
            for _ in 0..<8 {
                try await peer.send(Frame(type: .ping, streamID: 0))
                #expect(try await peer.next()?.type == .ping)
            }
            try await peer.send(Frame(type: .ping, streamID: 0))
            #expect(try await peer.nextStatus(on: 0)?.reason == "too_many_requests")
            #expect(try await peer.next() == nil)
        }
    }

    @Test func `root may call at any rate, and everybody where there is none`() async throws {
        let clock = Clock()
        var limits = RPCServerConfiguration.Limits()
        for (uid, rate) in [(0, 1), (1000, 0)] as [(UInt32, Int)] {
            limits.maximumCallsPerSecond = rate
            try await RawPeer.withServer(limits: limits, uid: uid, now: { clock.now }) { peer in
                _ = try await peer.greet()
                for streamID in 1...50 as ClosedRange<UInt32> { try await peer.echo(streamID) }
            }
        }
    }

    @Test func `a rate is of one user, on all connections, and others have their own`() {
        let clock = Clock()
        let rates = CallRates(now: { clock.now }) { _ in 2 }
        for uid in [7, 8] as [UInt32] {
            for _ in 0..<4 { #expect(rates.take(uid) == nil) }
            #expect(rates.take(uid) == .milliseconds(500))
        }
        clock.advance(.seconds(3600))
        // However long a user was quiet, no more than a burst.
        for _ in 0..<4 { #expect(rates.take(7) == nil) }
        #expect(rates.take(7) == .milliseconds(500))
        for _ in 0..<100 { #expect(rates.take(0) == nil) }
    }

    @Test func `a user who speaks for many has an allowance of its own, and others keep theirs`() {
        let clock = Clock()
        var configuration = RPCServerConfiguration(
            router: RPCRouter(), agent: "test", logger: Logger(label: "test"), callerRole: { _ in "" })
        configuration.now = { clock.now }
        configuration.limits.maximumCallsPerSecond = 2
        configuration.limits.maximumIntermediaryCallsPerSecond = 50
        configuration.isIntermediary = { $0 == 7 }
        let rates = CallRates(configuration)
        for (uid, most) in [(7, 100), (8, 4)] as [(UInt32, Int)] {
            for _ in 0..<most { #expect(rates.take(uid) == nil) }
            #expect(rates.take(uid) != nil)
        }
        configuration.limits.maximumIntermediaryCallsPerSecond = 0
        let unlimited = CallRates(configuration)
        for _ in 0..<1000 { #expect(unlimited.take(7) == nil) }
        #expect((0..<5).map { _ in unlimited.take(8) == nil } == [true, true, true, true, false])
    }

    @Test func `a crowd of users is forgotten once it has its burst again, and not before`() {
        let clock = Clock()
        let rates = CallRates(now: { clock.now }) { _ in 1 }
        for uid in 1...2000 as ClosedRange<UInt32> {
            #expect(rates.take(uid) == nil)
            #expect(rates.take(uid) == nil)
        }
        #expect(rates.take(1) == .seconds(1))
        clock.advance(.seconds(2))
        for uid in 3001...5000 as ClosedRange<UInt32> { #expect(rates.take(uid) == nil) }
        #expect(rates.take(1) == nil)
    }

    @Test func `an allowance is spent no faster than its rate`() {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let perSecond = Int.random(in: 1...3000, using: &generator)
            let start = NIODeadline.uptimeNanoseconds(1 << 40)
            var (now, allowance, taken) = (start, CallAllowance(at: start), 0)
            for _ in 0..<2000 {
                now = now + .nanoseconds(Int64.random(in: 0...2_000_000, using: &generator))
                if let wait = allowance.take(perSecond: perSecond, at: now) {
                    #expect(wait > .zero, "seed \(seed)")
                    // It is the truth: a nanosecond sooner is too soon.
                    var (early, due) = (allowance, allowance)
                    #expect(early.take(perSecond: perSecond, at: now + wait - .nanoseconds(1)) != nil, "seed \(seed)")
                    #expect(due.take(perSecond: perSecond, at: now + wait) == nil, "seed \(seed)")
                } else {
                    taken += 1
                }
            }
            let seconds = Double((now - start).nanoseconds) / 1e9
            // An interval is cut to whole nanoseconds.
            #expect(Double(taken) <= Double(perSecond) * (seconds * 1.001 + 2) + 1, "seed \(seed)")
        }
    }

    // MARK: Connections

    @Test func `the connections of a user and of all are counted as they come and go`() {
        var table = ConnectionTable<Int>()
        var limits = RPCServerConfiguration.Limits()
        limits.maximumConnections = 5
        limits.maximumConnectionsPerUser = 2
        let keys = (0..<5).map { _ in Clock() }
        let users: [UInt32] = [7, 7, 0, 0, 0]
        for (key, uid) in zip(keys.prefix(4), users) {
            #expect(table.refusal(of: uid, limits) == nil)
            table.insert(1, ObjectIdentifier(key), of: uid)
        }
        #expect(table.refusal(of: 7, limits)?.reason == "too_many_connections")
        #expect(table.refusal(of: 8, limits) == nil)
        #expect(table.refusal(of: 0, limits) == nil)
        table.insert(1, ObjectIdentifier(keys[4]), of: 0)
        #expect(table.refusal(of: 0, limits)?.code == .resourceExhausted)
        table.remove(ObjectIdentifier(keys[0]))
        table.remove(ObjectIdentifier(keys[0]))
        #expect(table.refusal(of: 7, limits) == nil)
        for key in keys { table.remove(ObjectIdentifier(key)) }
        #expect(table.isEmpty)
    }

    /// Opens a connection by system calls alone, which costs next to nothing; -1 where that fails.
    private static func open(_ path: String, saying bytes: [UInt8]) -> CInt {
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let text = Array(path.utf8)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: text) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(descriptor, $0, size)
            }
        }
        guard descriptor >= 0, result == 0 else {
            if descriptor >= 0 { close(descriptor) }
            return -1
        }
        unsafe _ = send(descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL))
        return descriptor
    }

    private static func helloBytes() throws -> [UInt8] {
        let hello = Hello(maximumFrameLength: 4096, agent: "idle/0")
        return Frame(type: .hello, streamID: 0, payload: try CBOREncoder().encode(hello)).bytes
    }

    /// The median time of a call, in nanoseconds.
    private static func median(_ peer: inout RawPeer, from streamID: UInt32) async throws -> Int64 {
        var times: [Int64] = []
        for number in streamID..<(streamID + 200) {
            let start = NIODeadline.now()
            try await peer.echo(number)
            times.append((NIODeadline.now() - start).nanoseconds)
        }
        return times.sorted()[100]
    }

    @Test func `a thousand idle clients and a hundred that trickle leave a caller as it was`() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory + "/s"
            var limits = RPCServerConfiguration.Limits()
            limits.maximumConnections = 5000
            limits.maximumConnectionsPerUser = 5000
            limits.maximumCallsPerSecond = 0
            limits.helloTimeout = .seconds(60)
            let server = RPCServer(
                address: .path(path), configuration: TestService().configuration(limits: limits),
                group: MultiThreadedEventLoopGroup.singleton)
            var files = rlimit()
            unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files)
            files.rlim_cur = files.rlim_max
            unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files)
            let (listening, ready) = AsyncStream<Void>.makeStream()
            async let run: Void = server.run { ready.yield() }
            var iterator = listening.makeAsyncIterator()
            _ = await iterator.next()
            let hello = try Self.helloBytes()
            try await RawPeer.with(path: path) { peer in
                _ = try await peer.greet()
                _ = try await Self.median(&peer, from: 1)
                let before = try await Self.median(&peer, from: 1001)
                let idle = (0..<1000).map { _ in Self.open(path, saying: hello) }
                let slow = (0..<100).map { _ in Self.open(path, saying: []) }
                defer { for descriptor in idle + slow where descriptor >= 0 { close(descriptor) } }
                #expect(!idle.contains(-1) && !slow.contains(-1))
                // Each call comes with a byte from each of those that trickle, into a hello that never ends.
                var streamID: UInt32 = 2000
                for byte in [0, 0, 0x10, 0, 1, 0, 0, 0, 0, 0] + [UInt8](repeating: 0xa4, count: 20) {
                    for descriptor in slow { unsafe _ = send(descriptor, [byte], 1, CInt(MSG_NOSIGNAL)) }
                    streamID += 1
                    try await peer.echo(streamID)
                }
                let after = try await Self.median(&peer, from: 3001)
                #expect(after < max(10 * before, 10_000_000), "\(before) ns before, \(after) ns after")
            }
            server.beginShutdown()
            try await run
        }
    }

    // MARK: Descriptors

    /// Gives the calling thread a table of descriptors of its own, a copy of the process's, `unshare(2)`. The monitor that
    /// Dispatch has of its threads opens a file of `/proc` now and then and ends the process where it cannot.
    private static func ownDescriptors() -> Bool {
        typealias Unshare = @convention(c) (CInt) -> CInt
        guard let address = unsafe dlsym(nil, "unshare") else { return false }
        // CLONE_FILES of linux/sched.h.
        return unsafe unsafeBitCast(address, to: Unshare.self)(0x400) == 0
    }

    private static func highestDescriptor() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap { Int($0) }.max() ?? 0
    }

    @Test func `a server without descriptors goes on, rests, and accepts again later`() async {
        await #expect(processExitsWith: .success) {
            try await TemporaryDirectory.with { directory in
                let path = directory + "/s"
                let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
                let loop = group.next()
                let server = RPCServer(
                    address: .path(path), configuration: TestService().configuration(), group: group)
                let (listening, ready) = AsyncStream<Void>.makeStream()
                async let run: Void = server.run { ready.yield() }
                var iterator = listening.makeAsyncIterator()
                _ = await iterator.next()
                try await RawPeer.with(path: path) { peer in
                    _ = try await peer.greet()
                    // Above whatever is open: a process has from the one that started it what that did not mark.
                    let most = rlim_t(try ServerLimitsTests.highestDescriptor() + 50)
                    var files = rlimit(rlim_cur: most, rlim_max: most)
                    unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files)
                    let taken = try await loop.submit {
                        #expect(ServerLimitsTests.ownDescriptors())
                        var taken: [CInt] = []
                        while true {
                            let descriptor = unsafe Glibc.open("/dev/null", O_RDONLY | O_CLOEXEC)
                            guard descriptor >= 0 else { break }
                            taken.append(descriptor)
                        }
                        #expect(errno == EMFILE && !taken.isEmpty)
                        return taken
                    }.get()
                    let waiting = ServerLimitsTests.open(path, saying: try ServerLimitsTests.helloBytes())
                    #expect(waiting >= 0)
                    for streamID in 1...100 as ClosedRange<UInt32> { try await peer.echo(streamID) }
                    // Half a second, in which a loop that only fails would use half a second.
                    let before = clock()
                    try await Task.sleep(for: .milliseconds(500))
                    let used = Double(clock() - before) / Double(CLOCKS_PER_SEC)
                    #expect(used < 0.25, "\(used) s of work while there was none")
                    for streamID in 101...200 as ClosedRange<UInt32> { try await peer.echo(streamID) }
                    var head = [UInt8](repeating: 0, count: 10)
                    let flags = fcntl(waiting, F_GETFL)
                    _ = fcntl(waiting, F_SETFL, flags | O_NONBLOCK)
                    #expect(unsafe recv(waiting, &head, head.count, 0) < 0 && errno == EAGAIN)
                    try await loop.submit { for descriptor in taken { close(descriptor) } }.get()
                    while unsafe recv(waiting, &head, head.count, 0) < 0 {
                        guard errno == EAGAIN else { break }
                        try await Task.sleep(for: .milliseconds(10))
                    }
                    #expect(head[4] == FrameType.hello.rawValue)
                    close(waiting)
                }
                server.beginShutdown()
                try await run
            }
        }
    }
}
