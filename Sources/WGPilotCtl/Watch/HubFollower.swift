import WGPilotProtocol
import WGPilotRPC

/// Reads the stream of changes, and takes it up again where it was lost.
struct HubFollower {
    let connection: ConnectionOptions
    let network: String?

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
        var pause = Duration.milliseconds(200)
        var wasConnected = false
        while true {
            do {
                try await connection.withDaemon { daemon in
                    let from = await position()
                    let request = WatchRequest(network: network, epoch: from?.epoch, after: from?.sequence)
                    for try await event in daemon.client.stream(WatchService.changes, request) {
                        wasConnected = true
                        pause = .milliseconds(200)
                        try await body(event)
                    }
                }
                throw RPCError(.unavailable, reason: "stream_ended", message: "the daemon ended the stream")
            } catch let error as RPCError where wasConnected && error.code == .unavailable {
                await interrupted(error)
            }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(5))
        }
    }
}
