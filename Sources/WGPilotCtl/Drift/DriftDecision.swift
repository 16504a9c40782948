import ArgumentParser
import WGPilotJSON
import WGPilotProtocol

/// What every decision on something that drifted is given, and how it is sent.
struct DriftDecision: ParsableArguments {
    @Argument(help: "The network, by name or number.", completion: NameCompletion.network)
    var network: String

    @Argument(help: "What differs, as drift list names it: mtu, or peer KEY.")
    var item: [String]

    @OptionGroup var connection: ConnectionOptions

    /// What goes to the daemon; the words of the item need no quotes.
    func request(_ action: String, _ options: ChangeOptions? = nil) -> ResolveDriftRequest {
        ResolveDriftRequest(
            network: network, item: item.joined(separator: " "), action: action, options: options)
    }

    /// Has the daemon do it, and prints what that changed.
    func resolve(_ action: String, _ change: ChangeArguments) async throws {
        try await connection.withDaemon { daemon in
            let reply = try await change.call(SystemService.resolveDrift, request(action, change.options), on: daemon)
            try change.conclude(
                change: reply.change, sync: reply.sync, as: connection.output,
                fields: { json in if let done = reply.done { json.field("done", done) } },
                render: { connection.output.render(ResolvedDriftView(steps: reply.steps, done: reply.done)) })
        }
    }
}
