import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl user enable`.
struct UserEnable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable", abstract: "Lets a web user log in again.")

    @Argument(help: "The user's name or number.", completion: NameCompletion.user)
    var user: String

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            let reply = try await daemon.call(UsersService.update, UpdateUserRequest(user: user, enabled: true))
            connection.output.render(UserView(user: reply.user))
        }
    }
}
