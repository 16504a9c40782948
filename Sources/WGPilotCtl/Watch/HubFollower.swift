import WGPilotProtocol
import WGPilotRPC

/// Reads the stream of changes, and takes it up again where it was lost.
struct HubFollower {
    let connection: ConnectionOptions
    let network: String?

    /// How long to wait for a daemon that went away: less and less impatiently, without end.
    private static let patience = RetryPolicy(initialBackoff: .milliseconds(200))

    /// Whether a refusal is one that passes: the daemon is away, or has too much to do just after it came back.
    private static func passes(_ error: RPCError) -> Bool {
        error.code == .unavailable
            || ["too_many_connections", "too_many_requests", "too_many_calls"].contains(error.reason)
    }

    /// Hands each event to the body until it throws or the task is cancelled. The first connection must succeed; a
    /// daemon that goes away later is waited for.
    ///
    /// - Parameters:
    ///   - position: Where to go on, asked for with each connection.
    ///   - interrupted: Told when the connection is lost, with the reason.
    func follow(
        position: () async -> (epoch: String, sequence: UInt64)?, interrupted: (RPCError) async -> Void,
        _ body: (WatchEvent) async throws -> Void
    ) async throws {
        try await connection.withDaemon { daemon in
            var failures = 0
            var wasConnected = false
            while true {
                do {
                    let from = await position()
                    let request = WatchRequest(network: network, epoch: from?.epoch, after: from?.sequence)
                    for try await event in daemon.client.stream(WatchService.changes, request) {
                        wasConnected = true
                        failures = 0
                        try await body(event)
                    }
                    throw RPCError(.unavailable, reason: "stream_ended", message: "the daemon ended the stream")
                } catch let error as RPCError where wasConnected && Self.passes(error) {
                    await interrupted(error)
                }
                failures += 1
                try await Task.sleep(for: Self.patience.backoff(after: failures))
            }
        }
    }
}
