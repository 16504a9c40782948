import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl link create`.
struct LinkCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Makes a link to a peer's configuration, and shows it this once.",
        discussion: """
            Whoever opens the link on the gateway's page and asks for the configuration gets it; from then on the link is \
            worthless. What makes it secret stands behind the #, which browsers keep to themselves. A file is made readable \
            by its owner alone.
            """)

    @Argument(help: ArgumentHelp("The peer: NETWORK/PEER.", valueName: "network/peer"), completion: NameCompletion.peer)
    var peer: PeerTarget

    @Option(help: ArgumentHelp("How long it is good for: 10m, 12h, up to 7d. Default: 1h.", valueName: "time"))
    var expiresIn: LifetimeArgument?

    @Option(help: ArgumentHelp("Where people reach the gateway: https://vpn.example.org.", valueName: "url"))
    var baseURL: String?

    @Option(help: ArgumentHelp("The file to write the link to. Default: the terminal.", valueName: "path"))
    var file: String?

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            // Before the link is made: one that cannot be written is lost.
            let output = try file.map { path throws(CommandFault) in try PrivateFile.Output(path) }
            let now = OutputFormat.now
            let lifetime = expiresIn.map { $0.seconds ?? .max }
            let reply = try await daemon.call(
                LinksService.create, CreateLinkRequest(network: peer.network, peer: peer.peer, lifetime: lifetime))
            guard let secret = reply.secret else {
                throw CommandFault(
                    status: .failure,
                    message: "the link \(reply.link.id) was made, but the answer with it was lost: revoke it, "
                        + "and make another")
            }
            let address = LinkView.address(secret, base: baseURL)
            if let output {
                try output.append(Array((address + "\n").utf8))
                try output.commit()
            }
            connection.output.render(LinkView(link: reply.link, address: file == nil ? address : nil))
            Terminal.note(
                "wgpilotctl: link \(reply.link.id) to \(reply.link.peer), good once until "
                    + "\(HumanText.clock(reply.link.expiresAt, now: now)); it is not shown again")
        }
    }
}
