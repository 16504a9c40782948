import ArgumentParser
import WGPilotProtocol
import WGPilotQR

/// `wgpilotctl peer qr`.
struct PeerQR: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "qr", abstract: "Shows a client's configuration as a QR code, or writes it as a PNG file.",
        discussion: "The code holds the client's private key. A file is made readable by its owner alone.")

    @Argument(help: ArgumentHelp("The peer: NETWORK/PEER.", valueName: "network/peer"), completion: NameCompletion.peer)
    var peer: PeerTarget

    @Option(help: ArgumentHelp("The PNG file to write. Default: the terminal.", valueName: "path"))
    var png: String?

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            let reply = try await daemon.call(PeersService.config, peer.reference)
            guard reply.holdsPrivateKey else {
                throw CommandFault(
                    status: .failedPrecondition,
                    message: "no QR code: only the client has its private key, so the code would lack it")
            }
            do {
                let code = try QRCode.encode(configuration: reply.text)
                if let png {
                    try PrivateFile.write(try code.png(), to: png)
                } else {
                    Terminal.print(code.terminal(style: Terminal.isInteractive ? .ansi : .plain))
                }
            } catch let error as QRError {
                throw CommandFault(status: .resourceExhausted, message: "no QR code: \(error)")
            }
            for note in ConfigurationNotes.of(reply, writtenTo: nil) { Terminal.note("wgpilotctl: \(note)") }
        }
    }
}
