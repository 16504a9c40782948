import Logging
import Synchronization
import WGPilotProtocol
import WGPilotRPC

/// A service with a method for each way in which a call can end.
final class FuzzService: Sendable {
    static let echo = descriptor("Echo")
    /// Waits until it is cancelled.
    static let wait = descriptor("Wait")
    static let fail = descriptor("Fail")
    /// Answers with more than a client's limit, for a text of some length.
    static let swell = descriptor("Swell")

    /// Answers with the text as often as the count says, and ends; without a count it waits at the end.
    static let repeated = stream("Repeat")
    /// Answers with the text, and fails.
    static let breakOff = stream("BreakOff")

    /// The names, and one of no method.
    static let methods = [
        echo.fullName, wait.fullName, fail.fullName, swell.fullName, repeated.fullName, breakOff.fullName,
        "fuzz.v1.Fuzz/Missing",
    ]
    /// Those whose answer may have any number of messages.
    static let streams: Set = [repeated.fullName, breakOff.fullName]

    /// How many handlers run.
    let running = Mutex(0)

    var configuration: RPCServerConfiguration {
        var router = RPCRouter()
        router.register(Self.echo) { note, _ in try await self.counted { note } }
        router.register(Self.wait) { note, _ in
            try await self.counted {
                await Self.untilCancelled()
                throw CancellationError()
            }
        }
        router.register(Self.fail) { note, _ in
            try await self.counted {
                throw RPCError(
                    .notFound, reason: "fuzz", message: note.text,
                    fields: Array(repeating: .init(field: "text", message: note.text), count: min(note.count ?? 0, 64)))
            }
        }
        router.register(Self.swell) { note, _ in
            try await self.counted { FuzzNote(text: String(repeating: note.text, count: 1000)) }
        }
        router.register(Self.repeated) { note, _, stream in
            try await self.counted {
                for _ in 0..<min(max(note.count ?? 4, 0), 255) { try await stream.send(note) }
                if note.count == nil { await Self.untilCancelled() }
            }
        }
        router.register(Self.breakOff) { note, _, stream in
            try await self.counted {
                try await stream.send(note)
                throw RPCError(.aborted, reason: "fuzz", message: note.text)
            }
        }
        return RPCServerConfiguration(
            router: router, agent: "fuzz/1", logger: Logger(label: "fuzz", factory: { _ in SwiftLogNoOpLogHandler() })
        ) { _ in "admin" }
    }

    /// A sleep that is cancelled would stay with the runtime until its time has come, and look as if the server grew.
    private static func untilCancelled() async {
        let (never, end) = AsyncStream.makeStream(of: Never.self)
        for await _ in never {}
        end.finish()
    }

    private func counted<Output>(_ body: () async throws -> Output) async throws -> Output {
        running.withLock { $0 += 1 }
        defer { running.withLock { $0 -= 1 } }
        return try await body()
    }

    private static func descriptor(_ method: String) -> MethodDescriptor<FuzzNote, FuzzNote> {
        MethodDescriptor(
            service: "fuzz.v1.Fuzz", method: method, requiredRole: .viewer, isIdempotent: true, isMutation: false)
    }

    private static func stream(_ method: String) -> StreamDescriptor<FuzzNote, FuzzNote> {
        StreamDescriptor(
            service: "fuzz.v1.Fuzz", method: method, requiredRole: .viewer, isIdempotent: true, isMutation: false)
    }
}
