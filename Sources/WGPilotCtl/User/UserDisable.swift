import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl user disable`.
struct UserDisable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable", abstract: "Keeps a web user from logging in, and ends the user's sessions.")

    @Argument(help: "The user's name or number.", completion: NameCompletion.user)
    var user: String

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            let reply = try await daemon.call(UsersService.update, UpdateUserRequest(user: user, enabled: false))
            connection.output.render(UserView(user: reply.user))
        }
    }
}
