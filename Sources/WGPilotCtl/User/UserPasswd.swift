import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl user passwd`.
struct UserPasswd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "passwd", abstract: "Sets a web user's password, and ends the user's sessions.",
        discussion: """
            Whoever lost the telephone with the second factor too needs --reset-totp: a new password alone does not take it \
            away.
            """)

    @Argument(help: "The user's name or number.", completion: NameCompletion.user)
    var user: String

    @Flag(help: "Take the second factor away too.")
    var resetTOTP = false

    @OptionGroup var password: PasswordArgument

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let password = try password.read()
        try await connection.withDaemon { daemon in
            let request = SetPasswordRequest(
                user: user, password: SecretText(password), resetTOTP: resetTOTP ? true : nil)
            let reply = try await daemon.call(UsersService.setPassword, request)
            connection.output.render(UserView(user: reply.user))
            if reply.user.totpEnabled {
                Terminal.note(
                    "wgpilotctl: a code of the second factor is still asked for; --reset-totp takes it away")
            }
        }
    }
}
