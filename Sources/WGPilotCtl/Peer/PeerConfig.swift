import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl peer config`.
struct PeerConfig: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Prints a client's configuration, or writes it to a file.",
        discussion: "The configuration holds the client's private key. A file is made readable by its owner alone.")

    @Argument(help: ArgumentHelp("The peer: NETWORK/PEER.", valueName: "network/peer"), completion: NameCompletion.peer)
    var peer: PeerTarget

    @Option(help: ArgumentHelp("The file to write. Default: the terminal.", valueName: "path"))
    var file: String?

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            let reply = try await daemon.call(PeersService.config, peer.reference)
            if let file {
                try PrivateFile.write(Array(reply.text.utf8), to: file)
            } else {
                Terminal.print(reply.text)
            }
            for note in ConfigurationNotes.of(reply, writtenTo: file) { Terminal.note("wgpilotctl: \(note)") }
        }
    }
}
