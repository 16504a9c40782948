import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl user edit`.
struct UserEdit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit", abstract: "Changes a web user.", discussion: "Another role ends the user's sessions.")

    @Argument(help: "The user's name or number.", completion: NameCompletion.user)
    var user: String

    @Option(
        help: "What the user may do: viewer, operator or admin.", completion: .list(["viewer", "operator", "admin"]))
    var role: String?

    @Option(help: ArgumentHelp("The e-mail address; empty for none.", valueName: "address"))
    var email: String?

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard role != nil || email != nil else { throw ValidationError("say what to change: --role or --email") }
    }

    func run() async throws {
        try await connection.withDaemon { daemon in
            let request = UpdateUserRequest(user: user, role: role, email: email)
            let reply = try await daemon.call(UsersService.update, request)
            connection.output.render(UserView(user: reply.user))
        }
    }
}
