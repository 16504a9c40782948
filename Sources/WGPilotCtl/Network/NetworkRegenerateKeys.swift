import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl network regenerate-keys`.
struct NetworkRegenerateKeys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "regenerate-keys",
        abstract: "Gives the hub a new key in a network: every client must import its configuration again.")

    @Argument(help: "The network, by name or number.", completion: NameCompletion.network)
    var network: String

    @Flag(help: "Make the keys of the peers anew as well: the pairs held here, and all preshared keys.")
    var peers = false

    @Flag(help: "Do not ask.")
    var yes = false

    @OptionGroup var change: ChangeArguments

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            if !yes, !change.dryRun {
                let found = try await daemon.call(NetworksService.get, NetworkReference(network: network)).network
                try Terminal.confirm(
                    "Make new keys for network \(found.name)? All \(found.peers) clients are cut off until they import.",
                    assumeYes: false)
            }
            let request = RegenerateKeysRequest(network: network, peers: peers ? true : nil, options: change.options)
            let reply = try await change.call(NetworksService.regenerateKeys, request, on: daemon)
            let view = RegeneratedView(reply: reply)
            try change.conclude(
                change: reply.change, sync: reply.sync, as: connection.output, fields: { view.fields(&$0) },
                render: { connection.output.render(view) })
        }
    }
}
