import ArgumentParser

/// `wgpilotctl network connections`.
struct NetworkConnections: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "connections",
        abstract: "Lists the connections of all peers of a network, as the kernel tracks them.")

    @Argument(help: "The network, by name or number.", completion: NameCompletion.network)
    var network: String

    @OptionGroup var connections: ConnectionArguments

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connections.list(network, nil, connection)
    }
}
