import WGPilotProtocol
import WGPilotRPC

/// The daemon as the source of events, on a connection of its own: a snapshot of many peers holds up nobody's request.
struct DaemonEvents: EventUpstream {
    let client: RPCClient

    /// How long the daemon may take to say who somebody is.
    private static let timeout = Duration.seconds(5)
    /// Tells the daemon that the call is the gateway's own doing, and no sign that the user is still there: an open page
    /// must not keep a session alive for ever.
    static let background = "background"

    /// - Parameter path: The daemon's socket.
    init(path: String) {
        // Once each: that the daemon is away is told at once, and tried again by whoever needs it.
        client = RPCClient(path: path, agent: BuildInformation.agent, retry: RetryPolicy(attempts: 1))
    }

    func role(of caller: Metadata) async throws(RPCError) -> String { try await Self.role(of: caller, through: client) }

    /// Asks who somebody is.
    static func role(of caller: Metadata, through client: RPCClient) async throws(RPCError) -> String {
        var metadata = caller
        metadata[background] = "true"
        do throws(RPCError) {
            return try await client.call(AuthService.whoAmI, Empty(), timeout: timeout, metadata: metadata).role
        } catch {
            // A daemon from before that method.
            guard error.code == .unimplemented else { throw error }
        }
        return try await client.call(SystemService.info, Empty(), timeout: timeout, metadata: metadata).role
    }

    func follow(
        _ caller: Metadata, from position: EventPosition?, _ body: @Sendable (WatchEvent) async throws -> Void
    ) async throws {
        var metadata = caller
        metadata[Self.background] = "true"
        let request = WatchRequest(epoch: position?.epoch, after: position?.sequence)
        for try await event in client.stream(WatchService.changes, request, metadata: metadata) {
            try await body(event)
        }
    }
}
