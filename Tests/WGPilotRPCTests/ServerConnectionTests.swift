import NIOCore
import NIOPosix
import Synchronization
import Testing
import WGPilotProtocol
import WGPilotTestSupport

@testable import WGPilotRPC

/// A server connection, seen by a peer that keeps no rule it does not want to.
@Suite(.timeLimit(.minutes(2))) struct ServerConnectionTests {
    private static let caller = PeerCredentials(uid: 1000, gid: 100, pid: 1, groups: [100, 27])

    private func withPeer<Output>(
        _ service: TestService = TestService(), limits: RPCServerConfiguration.Limits = .init(),
        interceptors: [any ServerInterceptor] = [],
        _ body: (inout RawPeer) async throws -> Output
    ) async throws -> Output {
        try await InProcessTransport.withServer(
            of: service.configuration(interceptors: interceptors, limits: limits), credentials: Self.caller,
            group: MultiThreadedEventLoopGroup.singleton
        ) { descriptor in
            try await RawPeer.with(descriptor: descriptor, body)
        }
    }

    @Test func `the hello tells the caller who it is taken for`() async throws {
        try await withPeer { peer in
            let hello = try await peer.greet()
            #expect(hello?.agent == "test-server/1")
            #expect(hello?.caller == CallerIdentity(uid: 1000, gid: 100, role: "operator"))
            #expect(hello?.maximumFrameLength == 4 << 20)
        }
    }

    @Test func `a unary answer is a message and a status`() async throws {
        try await withPeer { peer in
            _ = try await peer.greet()
            try await peer.send(RawPeer.request(1, TestService.echo.fullName, Note(text: "hi")))
            let message = try await peer.next()
            // {1: "hi"}
            #expect(message == Frame(type: .message, streamID: 1, payload: [0xa1, 0x01, 0x62, 0x68, 0x69]))
            #expect(try await peer.next() == Frame(type: .status, streamID: 1, payload: [0xa1, 0x01, 0x00]))
        }
    }

    // MARK: Connections that end

    struct Offence: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        let code: StatusCode
        let reason: String

        var testDescription: String { name }
    }

    private static func hello(_ change: (inout Hello) -> Void) -> [UInt8] {
        var hello = Hello(maximumFrameLength: 4096, agent: "raw/0")
        change(&hello)
        return Frame(type: .hello, streamID: 0, payload: (try? CBOREncoder().encode(hello)) ?? []).bytes
    }

    @Test(arguments: [
        Offence(
            name: "HTTP", bytes: Array("GET / HTTP/1.1\r\n\r\n".utf8), code: .resourceExhausted,
            reason: "frame_too_large"),
        Offence(name: "zeros", bytes: [0, 0, 0, 0], code: .invalidArgument, reason: "protocol_error"),
        Offence(
            name: "an unknown type", bytes: [0, 0, 0, 6, 9, 0, 0, 0, 0, 0], code: .invalidArgument,
            reason: "protocol_error"),
        Offence(
            name: "a request first", bytes: Frame(type: .request, streamID: 1).bytes, code: .invalidArgument,
            reason: "protocol_error"),
        Offence(
            name: "an empty hello", bytes: Frame(type: .hello, streamID: 0).bytes, code: .invalidArgument,
            reason: "malformed_hello"),
        Offence(
            name: "a foreign hello", bytes: hello { $0.magic = "other" }, code: .invalidArgument,
            reason: "wrong_protocol"),
        Offence(
            name: "a hello from the future", bytes: hello { $0.version = 2 }, code: .failedPrecondition,
            reason: "protocol_version"),
        Offence(
            name: "a hello that takes no answers", bytes: hello { $0.maximumFrameLength = 16 },
            code: .invalidArgument, reason: "frame_limit_too_small"),
    ])
    func `what is no hello is answered on stream 0 and ended`(offence: Offence) async throws {
        try await withPeer { peer in
            try await peer.send(offence.bytes)
            let status = try await peer.nextStatus(on: 0)
            #expect(status?.code == offence.code)
            #expect(status?.reason == offence.reason)
            #expect(try await peer.next() == nil)
        }
    }

    @Test(arguments: [
        Offence(
            name: "a second hello", bytes: hello { _ in }, code: .invalidArgument, reason: "protocol_error"),
        Offence(
            name: "a frame above the limit, without its payload", bytes: [0, 0x40, 0, 1], code: .resourceExhausted,
            reason: "frame_too_large"),
        Offence(
            name: "a message from a client", bytes: Frame(type: .message, streamID: 1).bytes, code: .invalidArgument,
            reason: "protocol_error"),
        Offence(
            name: "a status from a client", bytes: Frame(type: .status, streamID: 0).bytes, code: .invalidArgument,
            reason: "protocol_error"),
        Offence(
            name: "stream 0", bytes: Frame(type: .request, streamID: 0).bytes, code: .invalidArgument,
            reason: "protocol_error"),
        Offence(
            name: "a cancel of nothing", bytes: Frame(type: .cancel, streamID: 7).bytes, code: .invalidArgument,
            reason: "protocol_error"),
        Offence(
            name: "a cancel of stream 0", bytes: Frame(type: .cancel, streamID: 0).bytes, code: .invalidArgument,
            reason: "protocol_error"),
        Offence(
            name: "a flag", bytes: Frame(type: .request, flags: 1, streamID: 1).bytes, code: .invalidArgument,
            reason: "protocol_error"),
    ])
    func `an offence after the hello is answered on stream 0 and ended`(offence: Offence) async throws {
        try await withPeer { peer in
            _ = try await peer.greet()
            try await peer.send(offence.bytes)
            let status = try await peer.nextStatus(on: 0)
            #expect(status?.code == offence.code)
            #expect(status?.reason == offence.reason)
            #expect(try await peer.next() == nil)
        }
    }

    @Test(arguments: [5, 4, 1] as [UInt32])
    func `a stream id that was used or passed over ends the connection`(second: UInt32) async throws {
        try await withPeer { peer in
            _ = try await peer.greet()
            try await peer.send(RawPeer.request(5, TestService.echo.fullName, Note(text: "")))
            _ = try await peer.next()
            #expect(try await peer.nextStatus(on: 5)?.code == .ok)
            try await peer.send(RawPeer.request(second, TestService.echo.fullName, Note(text: "")))
            #expect(try await peer.nextStatus(on: 0)?.reason == "protocol_error")
            #expect(try await peer.next() == nil)
        }
    }

    @Test func `a client without a hello is sent away in time`() async throws {
        var limits = RPCServerConfiguration.Limits()
        limits.helloTimeout = .milliseconds(20)
        try await withPeer(limits: limits) { peer in
            let status = try await peer.nextStatus(on: 0)
            #expect(status?.reason == "hello_timeout")
            #expect(try await peer.next() == nil)
        }
    }

    @Test func `an idle connection is closed`() async throws {
        var limits = RPCServerConfiguration.Limits()
        limits.idleTimeout = .milliseconds(20)
        try await withPeer(limits: limits) { peer in
            _ = try await peer.greet()
            #expect(try await peer.nextGoAway()?.lastStreamID == 0)
            #expect(try await peer.next() == nil)
        }
    }

    @Test func `a busy connection is not closed for idleness, and afterwards it is`() async throws {
        // On a slow machine a short time may pass before the call has even begun: then a longer one.
        for milliseconds in [50, 500, 5000] as [UInt64] {
            var limits = RPCServerConfiguration.Limits()
            limits.idleTimeout = .milliseconds(milliseconds)
            let status = try await withPeer(limits: limits) { peer in
                let note = Note(text: "busy")
                let request = try RawPeer.request(1, TestService.wait.fullName, note, timeout: 4 * milliseconds)
                try await peer.send(Self.hello { _ in } + request.bytes)
                #expect(try await peer.next()?.type == .hello)
                guard let status = try await peer.nextStatus(on: 1) else { return nil as Status? }
                #expect(try await peer.nextGoAway()?.lastStreamID == 1)
                #expect(try await peer.next() == nil)
                return status
            }
            if status?.code == .deadlineExceeded { return }
        }
        Issue.record("The connection was closed under its call.")
    }

    // MARK: Calls that fail

    @Test func `each failure has its status, and the connection goes on`() async throws {
        try await withPeer { peer in
            _ = try await peer.greet()
            let name = String(repeating: "n", count: 200) + "\n\u{1b}"
            let cases: [(Frame, StatusCode, String)] = [
                (
                    try RawPeer.request(1, TestService.missing.fullName, Note(text: "")), .unimplemented,
                    "unknown_method"
                ),
                (try RawPeer.request(2, name, Note(text: "")), .unimplemented, "unknown_method"),
                (
                    try RawPeer.request(3, TestService.echo.fullName, Number(value: 1)), .invalidArgument,
                    "malformed_message"
                ),
                (Frame(type: .request, streamID: 4), .invalidArgument, "malformed_request"),
                (Frame(type: .request, streamID: 5, payload: [0xa0]), .invalidArgument, "malformed_request"),
                (Frame(type: .request, streamID: 6, payload: [0xff, 0xff]), .invalidArgument, "malformed_request"),
                (try RawPeer.request(7, TestService.fail.fullName, Note(text: "")), .notFound, "note_not_found"),
                (try RawPeer.request(8, TestService.convert.fullName, Note(text: "")), .aborted, "converted"),
                (try RawPeer.request(9, TestService.crash.fullName, Note(text: "")), .internal, "unexpected_error"),
                (
                    try RawPeer.request(10, TestService.echo.fullName, Note(text: ""), timeout: 0), .deadlineExceeded,
                    "deadline_exceeded"
                ),
            ]
            for (frame, code, reason) in cases {
                try await peer.send(frame)
                let status = try await peer.nextStatus(on: frame.streamID)
                #expect(status?.code == code)
                #expect(status?.reason == reason)
                #expect(status?.message.contains("secret") == false)
                #expect(status?.message.unicodeScalars.contains { $0.value < 32 } == false)
            }
            // Trailing bytes after the message.
            var frame = try RawPeer.request(11, TestService.echo.fullName, Note(text: ""))
            frame.payload.append(0)
            try await peer.send(frame)
            #expect(try await peer.nextStatus(on: 11)?.reason == "malformed_message")
            try await peer.send(RawPeer.request(12, TestService.echo.fullName, Note(text: "")))
            #expect(try await peer.next()?.type == .message)
        }
    }

    @Test func `an error travels whole, with the request id`() async throws {
        try await withPeer { peer in
            _ = try await peer.greet()
            let metadata = [MetadataKey.requestID: "abc-1"]
            try await peer.send(RawPeer.request(1, TestService.fail.fullName, Note(text: ""), metadata: metadata))
            var expected = Status(TestService.failure)
            expected.metadata[MetadataKey.requestID] = "abc-1"
            #expect(try await peer.nextStatus(on: 1) == expected)
            // One that could forge a log line is replaced.
            let forged = [MetadataKey.requestID: "a\nb"]
            try await peer.send(RawPeer.request(2, TestService.fail.fullName, Note(text: ""), metadata: forged))
            let given = try await peer.nextStatus(on: 2)?.metadata[MetadataKey.requestID]
            #expect(given?.utf8.count == 16)
        }
    }

    @Test func `a deadline is answered at once, even if the handler does not stop`() async throws {
        let service = TestService()
        try await withPeer(service) { peer in
            _ = try await peer.greet()
            // A slow machine may let a short deadline pass before the handler begins: then a longer one.
            var streamID: UInt32 = 0
            for timeout in [20, 200, 2000, 20_000] as [UInt64] {
                streamID += 1
                let note = Note(text: "\(streamID)")
                try await peer.send(RawPeer.request(streamID, TestService.stubborn.fullName, note, timeout: timeout))
                #expect(try await peer.nextStatus(on: streamID)?.code == .deadlineExceeded)
                if service.log.withLock({ $0.contains("started \(streamID)") }) { break }
            }
            service.gate.open()
            var events = service.events.makeAsyncIterator()
            while let event = await events.next(), event != "cancelled \(streamID)" {
                #expect(event.hasPrefix("started") || event.hasPrefix("cancelled"))
            }
            // The handler's late answer goes nowhere.
            try await peer.send(RawPeer.request(100, TestService.echo.fullName, Note(text: "b")))
            #expect(try await peer.next()?.streamID == 100)
        }
    }

    @Test func `a cancel reaches the handler and is answered once`() async throws {
        let service = TestService()
        try await withPeer(service) { peer in
            _ = try await peer.greet()
            var events = service.events.makeAsyncIterator()
            try await peer.send(RawPeer.request(1, TestService.wait.fullName, Note(text: "a")))
            #expect(await events.next() == "started a")
            try await peer.send(Frame(type: .cancel, streamID: 1))
            #expect(try await peer.nextStatus(on: 1)?.code == .cancelled)
            #expect(await events.next() == "cancelled a")
            // A second cancel comes too late and is nothing.
            try await peer.send(Frame(type: .cancel, streamID: 1))
            try await peer.send(RawPeer.request(2, TestService.echo.fullName, Note(text: "b")))
            #expect(try await peer.next()?.streamID == 2)
        }
    }

    @Test func `a lost client's handlers are cancelled, even while the server is not reading`() async throws {
        let service = TestService()
        try await withPeer(service) { peer in
            _ = try await peer.greet()
            for streamID in 1...2 as ClosedRange<UInt32> {
                try await peer.send(RawPeer.request(streamID, TestService.wait.fullName, Note(text: "x")))
            }
            // Nobody takes these answers.
            for streamID in 3...8 as ClosedRange<UInt32> {
                try await peer.send(RawPeer.request(streamID, TestService.big.fullName, Note(text: "1000000")))
            }
            var events = service.events.makeAsyncIterator()
            #expect(await events.next() == "started x")
            #expect(await events.next() == "started x")
        }
        // `withPeer` returns after the connection's handlers have ended, so they were cancelled.
        var events = service.events.makeAsyncIterator()
        #expect(await events.next() == "cancelled x")
        #expect(await events.next() == "cancelled x")
    }

    @Test func `a response above the client's limit is a status instead`() async throws {
        try await withPeer { peer in
            _ = try await peer.greet(maximumFrameLength: 5000)
            // 4990 characters: 1 + 1 + 3 bytes around them and 6 before make 5001.
            try await peer.send(RawPeer.request(1, TestService.big.fullName, Note(text: "4990")))
            #expect(try await peer.nextStatus(on: 1)?.reason == "response_too_large")
            try await peer.send(RawPeer.request(2, TestService.big.fullName, Note(text: "4989")))
            #expect(try await peer.next()?.length == 5000)
        }
    }

    // MARK: Exactly one status

    private enum Kind: CaseIterable {
        case echo, missing, malformed, headless, fail, crash, big, short, wait
    }

    @Test func `every request gets exactly one terminal status`() async throws {
        let seed = UInt64.random(in: .min ... .max)
        for round in 0..<6 as Range<UInt64> {
            try await interleave(seed: seed &+ round)
        }
    }

    private func interleave(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let service = TestService()
        var limits = RPCServerConfiguration.Limits()
        limits.maximumCallsPerConnection = Int.random(in: 1...64, using: &generator)
        var kinds: [UInt32: Kind] = [:]
        var cancelled: Set<UInt32> = []
        var frames: [Frame] = []
        var streamID: UInt32 = 0
        for _ in 0..<300 {
            if streamID > 0, Int.random(in: 0..<3, using: &generator) == 0 {
                let victim = UInt32.random(in: max(1, streamID > 20 ? streamID - 20 : 1)...streamID, using: &generator)
                cancelled.insert(victim)
                frames.append(Frame(type: .cancel, streamID: victim))
                continue
            }
            streamID += UInt32.random(in: 1...3, using: &generator)
            let kind = Kind.allCases.randomElement(using: &generator) ?? .echo
            kinds[streamID] = kind
            let note = Note(text: "\(streamID)")
            let timeout = Bool.random(using: &generator) ? UInt64.random(in: 0...30, using: &generator) : nil
            switch kind {
            case .echo:
                frames.append(try RawPeer.request(streamID, TestService.echo.fullName, note, timeout: timeout))
            case .missing:
                frames.append(try RawPeer.request(streamID, TestService.missing.fullName, note, timeout: timeout))
            case .malformed:
                frames.append(try RawPeer.request(streamID, TestService.echo.fullName, Number(value: 1)))
            case .headless:
                frames.append(Frame(type: .request, streamID: streamID, payload: [0xa1]))
            case .fail:
                frames.append(try RawPeer.request(streamID, TestService.fail.fullName, note, timeout: timeout))
            case .crash:
                frames.append(try RawPeer.request(streamID, TestService.crash.fullName, note, timeout: timeout))
            case .big:
                let size = Note(text: "\(Int.random(in: 0...300_000, using: &generator))")
                frames.append(try RawPeer.request(streamID, TestService.big.fullName, size, timeout: timeout))
            case .short:
                frames.append(try RawPeer.request(streamID, TestService.wait.fullName, note, timeout: 1))
            case .wait:
                frames.append(try RawPeer.request(streamID, TestService.wait.fullName, note, timeout: timeout))
            }
        }
        let (sent, expectedKinds, expectedCancelled) = (frames, kinds, cancelled)
        var statuses: [UInt32: [Status]] = [:]
        try await withPeer(service, limits: limits) { peer in
            _ = try await peer.greet()
            let outbound = peer.outbound
            async let writing: Void = {
                for frame in sent { try await outbound.write(ByteBuffer(bytes: frame.bytes)) }
                service.gate.open()
            }()
            var messages: Set<UInt32> = []
            while statuses.count < expectedKinds.count, let frame = try await peer.next() {
                switch frame.type {
                case .message:
                    #expect(statuses[frame.streamID] == nil, "a message after the status, seed \(seed)")
                    #expect(messages.insert(frame.streamID).inserted, "two messages, seed \(seed)")
                case .status:
                    let status = try CBORDecoder().decode(Status.self, from: frame.payload)
                    statuses[frame.streamID, default: []].append(status)
                    #expect((status.code == .ok) == messages.contains(frame.streamID), "seed \(seed)")
                default:
                    Issue.record("a \(frame.type) frame, seed \(seed)")
                }
            }
            try await writing
            // Late answers would come before the answer to this.
            let last: UInt32 = 1_000_000
            try await peer.send(RawPeer.request(last, TestService.echo.fullName, Note(text: "end")))
            #expect(try await peer.next()?.streamID == last, "an answer too many, seed \(seed)")
        }
        #expect(Set(statuses.keys) == Set(expectedKinds.keys), "seed \(seed)")
        for (streamID, kind) in expectedKinds {
            let codes = statuses[streamID, default: []].map(\.code)
            #expect(codes.count == 1, "seed \(seed)")
            let natural: [StatusCode] =
                switch kind {
                case .echo, .wait, .big: [.ok, .deadlineExceeded]
                case .missing: [.unimplemented]
                case .malformed, .headless: [.invalidArgument]
                case .fail: [.notFound, .deadlineExceeded]
                case .crash: [.internal, .deadlineExceeded]
                case .short: [.ok, .deadlineExceeded]
                }
            // With as many calls in flight as there may be, any further one is refused.
            if statuses[streamID]?.first?.reason == "too_many_calls" { continue }
            let allowed = expectedCancelled.contains(streamID) ? natural + [.cancelled] : natural
            #expect(codes.count == 1 && allowed.contains(codes[0]), "\(kind) got \(codes), seed \(seed)")
        }
    }

    // MARK: Interceptors

    private struct RoleKey: ServerContextKey {
        typealias Value = String
    }

    /// Refuses whatever needs an admin, and notes outcomes.
    private final class Guardian: ServerInterceptor {
        let outcomes = Mutex<[String]>([])

        func intercept(
            _ context: ServerContext, next: (ServerContext) async throws -> [UInt8]
        ) async throws -> [UInt8] {
            var context = context
            context[RoleKey.self] = "operator of \(context.credentials.uid)"
            do {
                guard context.method.requiredRole < .admin else {
                    throw RPCError(.permissionDenied, reason: "role", message: "Needs the role admin.")
                }
                let response = try await next(context)
                outcomes.withLock { $0.append("\(context.method.fullName) ok") }
                return response
            } catch {
                outcomes.withLock { $0.append("\(context.method.fullName) failed") }
                throw error
            }
        }
    }

    private struct Witness: ServerInterceptor {
        func intercept(
            _ context: ServerContext, next: (ServerContext) async throws -> [UInt8]
        ) async throws -> [UInt8] {
            guard context[RoleKey.self] == "operator of 1000" else {
                throw RPCError(.internal, reason: "no_role", message: "The outer interceptor left nothing.")
            }
            return try await next(context)
        }
    }

    @Test func `an interceptor decides before the message is looked at`() async throws {
        let guardian = Guardian()
        try await withPeer(interceptors: [guardian, Witness()]) { peer in
            _ = try await peer.greet()
            // Malformed as well as forbidden: forbidden counts.
            try await peer.send(RawPeer.request(1, TestService.admin.fullName, Number(value: 1)))
            #expect(try await peer.nextStatus(on: 1)?.code == .permissionDenied)
            try await peer.send(RawPeer.request(2, TestService.echo.fullName, Note(text: "")))
            #expect(try await peer.next()?.type == .message)
        }
        #expect(guardian.outcomes.withLock { $0 } == ["test.v1.Test/Admin failed", "test.v1.Test/Echo ok"])
    }
}
