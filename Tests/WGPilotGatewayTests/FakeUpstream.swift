import Synchronization
import WGPilotProtocol

@testable import WGPilotGateway

/// A daemon as the hub of events sees it: tells who has which role, and lets a test say what happens.
final class FakeUpstream: EventUpstream {
    /// A stream that is open.
    struct Open: Sendable {
        let number: Int
        let caller: String
        let from: EventPosition?
        fileprivate let events: AsyncThrowingStream<WatchEvent, any Error>.Continuation

        func send(_ event: WatchEvent) { events.yield(event) }
        func fail(_ error: RPCError) { events.finish(throwing: error) }
    }

    private struct State {
        var roles: [String: Result<String, RPCError>] = [:]
        var checks: [String: Int] = [:]
        var streams: [Open] = []
        var ended: Set<Int> = []
    }

    private let state = Mutex(State())

    /// What the daemon says of a caller from now on.
    func set(_ caller: String, _ role: Result<String, RPCError>) {
        state.withLock { $0.roles[caller] = role }
    }

    /// The streams that are open, the oldest first.
    var open: [Open] { state.withLock { state in state.streams.filter { !state.ended.contains($0.number) } } }
    /// How many streams there ever were.
    var opened: Int { state.withLock { $0.streams.count } }
    /// How often the daemon was asked for a caller's role.
    func checks(of caller: String) -> Int { state.withLock { $0.checks[caller] ?? 0 } }

    static func caller(_ metadata: Metadata) -> String {
        String((metadata["authorization"] ?? "").dropFirst("Bearer ".count))
    }

    func role(of caller: Metadata) async throws(RPCError) -> String {
        let name = Self.caller(caller)
        let role = state.withLock { state in
            state.checks[name, default: 0] += 1
            return state.roles[name]
        }
        guard let role else { throw RPCError(.unauthenticated, reason: "bad_token", message: "no such token") }
        return try role.get()
    }

    func follow(
        _ caller: Metadata, from position: EventPosition?, _ body: @Sendable (WatchEvent) async throws -> Void
    ) async throws {
        let (stream, continuation) = AsyncThrowingStream.makeStream(of: WatchEvent.self)
        let number = state.withLock { state in
            let number = state.streams.count
            state.streams.append(
                Open(number: number, caller: Self.caller(caller), from: position, events: continuation))
            return number
        }
        defer { state.withLock { _ = $0.ended.insert(number) } }
        for try await event in stream { try await body(event) }
        try Task.checkCancellation()
    }
}
