import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl network import`.
struct NetworkImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Makes a network of a running interface, a wg-quick file, or both.",
        discussion: "A running interface is adopted as it is, and keeps its sessions.")

    @Argument(help: "The name of the network to be, unique on the hub.")
    var name: String

    @Option(help: ArgumentHelp("The running WireGuard interface, such as wg0.", valueName: "interface"))
    var interface: String?

    @Option(
        help: ArgumentHelp("The wg-quick file to read; - is standard input.", valueName: "path"), completion: .file())
    var file: String?

    @Option(
        help: "gateway, site-to-site or hub-routed. Default: the daemon guesses.",
        completion: .list(["gateway", "site-to-site", "hub-routed"]))
    var mode: String?

    @Option(help: ArgumentHelp("The host under which clients reach the hub.", valueName: "host"))
    var endpointHost: String?

    @OptionGroup var change: ChangeArguments

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard interface != nil || file != nil else { throw ValidationError("--interface or --file must be given") }
    }

    func run() async throws {
        let request = ImportNetworkRequest(
            name: name, interface: interface, file: try file.map(InputFile.read), mode: mode,
            endpointHost: endpointHost, options: change.options)
        try await connection.withDaemon { daemon in
            let reply = try await change.call(NetworksService.importNetwork, request, on: daemon)
            for note in reply.notes { Terminal.note("wgpilotctl: \(note)") }
            let view = ImportView(reply: reply)
            try change.conclude(
                change: reply.change, sync: reply.sync, as: connection.output, fields: view.writeFields,
                render: { connection.output.render(view) })
        }
    }
}
