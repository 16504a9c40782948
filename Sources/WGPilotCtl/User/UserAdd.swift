import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl user add`.
struct UserAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Makes a web user.",
        discussion: "A password has at least 12 characters. Long ones that are easy to remember are the best.")

    @Argument(help: "The user's name, unique whatever its case.")
    var name: String

    @Option(
        help: "What the user may do: viewer, which is the default, operator or admin.",
        completion: .list(["viewer", "operator", "admin"]))
    var role: String = "viewer"

    @Option(help: ArgumentHelp("The e-mail address.", valueName: "address"))
    var email: String?

    @OptionGroup var password: PasswordArgument

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let password = try password.read()
        try await connection.withDaemon { daemon in
            let request = CreateUserRequest(name: name, role: role, password: SecretText(password), email: email)
            let reply = try await daemon.call(UsersService.create, request)
            connection.output.render(UserView(user: reply.user))
        }
    }
}
