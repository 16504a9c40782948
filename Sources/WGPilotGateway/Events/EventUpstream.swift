import WGPilotProtocol
import WGPilotRPC

/// What the gateway asks the daemon for events. A protocol, so that tests can be the daemon.
protocol EventUpstream: Sendable {
    /// What the daemon takes a caller for: its role.
    ///
    /// - Throws: `unauthenticated` or `permissionDenied` for one who may see nothing.
    func role(of caller: Metadata) async throws(RPCError) -> String

    /// The changes after a position, or a snapshot and the changes after it; see `wgpilot.v1.Watch/Changes`. The body is
    /// called for each event; this returns or throws when the stream ends.
    func follow(
        _ caller: Metadata, from position: EventPosition?, _ body: @Sendable (WatchEvent) async throws -> Void
    ) async throws
}
