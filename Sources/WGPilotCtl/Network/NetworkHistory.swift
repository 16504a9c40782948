import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl network history`.
struct NetworkHistory: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Shows what flowed between the hub and all peers of a network, over time.",
        discussion: "Peers that are gone are included. For times and buckets see wgpilotctl help peer history.")

    @Argument(help: "The network, by name or number.", completion: NameCompletion.network)
    var network: String

    @OptionGroup var history: HistoryArguments

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let (range, from, to, granularity) = history.request
        try await connection.withDaemon { daemon in
            let reply = try await daemon.call(
                NetworksService.history,
                NetworkHistoryRequest(
                    network: network, range: range, from: from, to: to, granularity: granularity))
            try history.show(reply, of: network, as: connection.output)
        }
    }
}
