import ArgumentParser

/// `wgpilotctl user`.
struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Users of the web page, who log in with a password.",
        discussion: """
            They have nothing to do with the accounts of this machine. Passwords are asked for on the terminal, or read from \
            standard input or a file: on the command line they would stand in the shell's history.
            """,
        subcommands: [
            UserAdd.self, UserList.self, UserShow.self, UserEdit.self, UserPasswd.self, UserRemove.self,
            UserEnable.self, UserDisable.self, UserSetupCode.self, UserResetTOTP.self,
        ])
}
