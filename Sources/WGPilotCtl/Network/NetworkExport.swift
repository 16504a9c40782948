import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl network export`.
struct NetworkExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Writes a network as a wg-quick file.",
        discussion: "It holds the hub's private key. A file is made readable by its owner alone.")

    @Argument(help: "The network, by name or number.", completion: NameCompletion.network)
    var network: String

    @Option(
        help: ArgumentHelp(
            "The file to write; - is standard output. Default: standard output, but not on a terminal.",
            valueName: "path"), completion: .file())
    var file: String?

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        if file == nil, Terminal.isInteractive {
            throw CommandFault(
                status: .usage,
                message: "it holds the hub's private key: give --file PATH to write a file, or --file - to see it here")
        }
        try await connection.withDaemon { daemon in
            let reply = try await daemon.call(NetworksService.export, NetworkReference(network: network))
            if let file, file != "-" {
                try PrivateFile.write(Array(reply.text.utf8), to: file)
            } else {
                Terminal.print(reply.text)
            }
        }
    }
}
