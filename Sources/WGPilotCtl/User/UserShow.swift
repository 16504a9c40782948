import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl user show`.
struct UserShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Shows a web user.")

    @Argument(help: "The user's name or number.", completion: NameCompletion.user)
    var user: String

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            let reply = try await daemon.call(UsersService.get, UserReference(user: user))
            connection.output.render(UserView(user: reply.user))
        }
    }
}
