import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl link fetch`.
struct LinkFetch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch", abstract: "Fetches the configuration behind a link, which is worthless from then on.",
        discussion: """
            The link is read from standard input, as a command line can be seen by others. The configuration holds the \
            client's private key. A file is made readable by its owner alone.
            """)

    @Option(help: ArgumentHelp("The file to write. Default: the terminal.", valueName: "path"))
    var file: String?

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let text = try InputFile.read("-")
        try await connection.withDaemon { daemon in
            // Before the link is used: what cannot be written is lost.
            let output = try file.map { path throws(CommandFault) in try PrivateFile.Output(path) }
            let reply = try await daemon.call(
                LinksService.redeem, RedeemLinkRequest(secret: LinkView.secret(in: text)))
            if let output {
                try output.append(Array(reply.text.utf8))
                try output.commit()
            } else {
                Terminal.print(reply.text)
            }
            for note in ConfigurationNotes.of(reply, writtenTo: file) { Terminal.note("wgpilotctl: \(note)") }
        }
    }
}
