import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl user reset-totp`.
struct UserResetTOTP: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset-totp",
        abstract: "Takes a web user's second factor and recovery codes away, and ends the user's sessions.")

    @Argument(help: "The user's name or number.", completion: NameCompletion.user)
    var user: String

    @Flag(help: "Do not ask.")
    var yes = false

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            try Terminal.confirm("Take the second factor of the user \(user) away?", assumeYes: yes)
            let reply = try await daemon.call(UsersService.resetTOTP, UserReference(user: user))
            connection.output.render(UserView(user: reply.user))
        }
    }
}
