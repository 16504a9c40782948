import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl user remove`.
struct UserRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Removes a web user, and ends the user's sessions.",
        discussion: "API tokens that the user made go on: see `wgpilotctl token list`.")

    @Argument(help: "The user's name or number.", completion: NameCompletion.user)
    var user: String

    @Flag(help: "Do not ask.")
    var yes = false

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            try Terminal.confirm("Remove the user \(user)?", assumeYes: yes)
            let reply = try await daemon.call(UsersService.delete, UserReference(user: user))
            connection.output.render(UserView(user: reply.user))
        }
    }
}
