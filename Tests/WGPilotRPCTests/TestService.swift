import Logging
import NIOCore
import Synchronization
import Testing
import WGPilotProtocol

@testable import WGPilotRPC

/// A message of one text.
struct Note: Codable, Sendable, Equatable {
    var text: String

    enum CodingKeys: Int, CodingKey {
        case text = 1
    }
}

/// A message that no note can be read as.
struct Number: Codable, Sendable, Equatable {
    var value: Int

    enum CodingKeys: Int, CodingKey {
        case value = 1
    }
}

/// A service with a method for everything that can become of a call.
final class TestService: Sendable {
    static let echo = descriptor("Echo")
    /// Waits for the gate or its cancellation.
    static let wait = descriptor("Wait")
    /// The same, but not to be repeated.
    static let change = descriptor("Change", isIdempotent: false)
    /// Waits for the gate and does not heed its cancellation.
    static let stubborn = descriptor("Stubborn")
    static let fail = descriptor("Fail")
    static let convert = descriptor("Convert")
    static let crash = descriptor("Crash")
    /// Answers with as many bytes as the text says.
    static let big = descriptor("Big")
    static let admin = descriptor("Admin", role: .admin)
    /// Streams messages without end, each of as many bytes as the text says.
    static let flood = stream("Flood")
    /// Streams one message, and waits for the gate or its cancellation.
    static let linger = stream("Linger")
    /// Begins a message for which there is no credit, gives it up, and ends.
    static let impatient = stream("Impatient")
    /// Registered nowhere.
    static let missing = descriptor("Missing")

    let gate = Gate()
    /// What the handlers tell: `started TEXT`, `cancelled TEXT`.
    let events: AsyncStream<String>
    /// The same, for looking back.
    let log = Mutex<[String]>([])
    /// The messages that ``flood`` has sent.
    let sent = Mutex(0)
    let running = Mutex((now: 0, most: 0))
    private let event: AsyncStream<String>.Continuation

    init() {
        (events, event) = AsyncStream.makeStream()
    }

    struct Converted: RPCErrorConvertible {
        var rpcError: RPCError { RPCError(.aborted, reason: "converted", message: "Somebody was faster.") }
    }

    struct Unclassified: Error, CustomStringConvertible {
        var description: String { "a secret detail" }
    }

    static let failure = RPCError(
        .notFound, reason: "note_not_found", message: "There is no such note.",
        fields: [.init(field: "text", message: "unknown")], metadata: ["limit": "3"])

    func router(interceptors: [any ServerInterceptor] = []) -> RPCRouter {
        var router = RPCRouter(interceptors: interceptors)
        router.register(Self.echo) { note, _ in note }
        router.register(Self.admin) { note, _ in note }
        router.register(Self.wait) { note, _ in try await self.waitForGate(note) }
        router.register(Self.change) { note, _ in try await self.waitForGate(note) }
        router.register(Self.stubborn) { note, _ in
            self.tell("started \(note.text)")
            await self.gate.waitStubbornly()
            self.tell(Task.isCancelled ? "cancelled \(note.text)" : "finished \(note.text)")
            return note
        }
        router.register(Self.fail) { _, _ in throw Self.failure }
        router.register(Self.convert) { _, _ in throw Converted() }
        router.register(Self.crash) { _, _ in throw Unclassified() }
        router.register(Self.big) { note, _ in
            self.running.withLock { running in
                running.now += 1
                running.most = max(running.most, running.now)
            }
            defer { self.running.withLock { $0.now -= 1 } }
            return Note(text: String(repeating: "x", count: Int(note.text) ?? 0))
        }
        router.register(Self.flood) { note, _, stream in
            let message = Note(text: String(repeating: "x", count: Int(note.text) ?? 0))
            while true {
                try await stream.send(message)
                self.sent.withLock { $0 += 1 }
            }
        }
        router.register(Self.linger) { note, _, stream in
            try await stream.send(note)
            _ = try await self.waitForGate(note)
        }
        router.register(Self.impatient) { note, _, stream in
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    let error = await #expect(throws: RPCError.self) { try await stream.send(note) }
                    #expect(error?.code == .cancelled)
                }
                group.cancelAll()
            }
        }
        return router
    }

    func configuration(
        interceptors: [any ServerInterceptor] = [], limits: RPCServerConfiguration.Limits = .init(),
        now: @escaping @Sendable () -> NIODeadline = { .now() }
    ) -> RPCServerConfiguration {
        var configuration = RPCServerConfiguration(
            router: router(interceptors: interceptors), agent: "test-server/1", limits: limits,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        ) { credentials in
            credentials.uid == 0 ? "admin" : "operator"
        }
        configuration.now = now
        return configuration
    }

    private func tell(_ text: String) {
        log.withLock { $0.append(text) }
        event.yield(text)
    }

    private func waitForGate(_ note: Note) async throws -> Note {
        tell("started \(note.text)")
        do {
            try await gate.wait()
        } catch {
            tell("cancelled \(note.text)")
            throw error
        }
        return note
    }

    static func descriptor(
        _ method: String, role: Role = .viewer, isIdempotent: Bool = true
    ) -> MethodDescriptor<Note, Note> {
        MethodDescriptor(
            service: "test.v1.Test", method: method, requiredRole: role, isIdempotent: isIdempotent,
            isMutation: !isIdempotent)
    }

    private static func stream(_ method: String) -> StreamDescriptor<Note, Note> {
        StreamDescriptor(
            service: "test.v1.Test", method: method, requiredRole: .viewer, isIdempotent: true, isMutation: false)
    }
}
