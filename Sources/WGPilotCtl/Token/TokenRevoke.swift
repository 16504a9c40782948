import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl token revoke`.
struct TokenRevoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Makes an API token worthless, at once.")

    @Argument(help: "The token's name or number.")
    var token: String

    @Flag(help: "Do not ask.")
    var yes = false

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            try Terminal.confirm("Revoke the token \(token)?", assumeYes: yes)
            let reply = try await daemon.call(TokensService.revoke, TokenReference(token: token))
            connection.output.render(TokenView(token: reply.token))
        }
    }
}
