import ArgumentParser
import WGPilotProtocol

/// What every decision on something that drifted is given, and how it is sent.
struct DriftDecision: ParsableArguments {
    @Argument(help: "The network, by name or number.")
    var network: String

    @Argument(help: "What differs, as drift list names it: mtu, or peer KEY.")
    var item: [String]

    @OptionGroup var connection: ConnectionOptions

    /// What goes to the daemon; the words of the item need no quotes.
    func request(_ action: String) -> ResolveDriftRequest {
        ResolveDriftRequest(network: network, item: item.joined(separator: " "), action: action)
    }

    /// Has the daemon do it, and prints what that changed.
    func resolve(_ action: String) async throws {
        try await connection.withDaemon { daemon in
            let reply = try await daemon.call(SystemService.resolveDrift, request(action))
            connection.output.render(ResolvedDriftView(steps: reply.steps))
            try PendingNotice.check(reply.sync)
        }
    }
}
