import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl token create`.
struct TokenCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Makes an API token, and shows it this once.",
        discussion: "A file is made readable by its owner alone. A token that is lost cannot be shown again: revoke it."
    )

    @Argument(help: "The token's name.")
    var name: String

    @Option(
        help: "What its bearer may do: viewer, which is the default, operator or admin.",
        completion: .list(["viewer", "operator", "admin"]))
    var role: String = "viewer"

    @Option(
        help: ArgumentHelp(
            "How long it is taken: 12h, 90d or never. Default: 90d.", valueName: "time"))
    var expiresIn: LifetimeArgument = .days(90)

    @Option(help: ArgumentHelp("The file to write the token to. Default: the terminal.", valueName: "path"))
    var file: String?

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            // Before the token is made: one that cannot be written is lost.
            let output = try file.map { path throws(CommandFault) in try PrivateFile.Output(path) }
            let now = OutputFormat.now
            let request = CreateTokenRequest(name: name, role: role, expiresAt: expiresIn.end(from: now))
            let reply = try await daemon.call(TokensService.create, request)
            guard let secret = reply.secret else {
                throw CommandFault(
                    status: .failure,
                    message: "the token \(reply.token.name) was made, but the answer with it was lost: revoke it, "
                        + "and make another")
            }
            if let output {
                try output.append(Array((secret + "\n").utf8))
                try output.commit()
            }
            let view = TokenView(token: reply.token, secret: file == nil ? secret : nil)
            connection.output.render(view)
            Terminal.note(
                "wgpilotctl: token \(reply.token.name), role \(reply.token.role), expires: \(view.expiry(now: now)); it is not shown again"
            )
        }
    }
}
