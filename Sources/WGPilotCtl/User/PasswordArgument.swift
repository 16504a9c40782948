import ArgumentParser

/// From where a password comes.
struct PasswordArgument: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The file whose one line is the password, - for standard input. Default: it is asked for.",
            valueName: "path"))
    var passwordFile: String?

    /// The password.
    func read() throws(CommandFault) -> String { try HiddenInput.password(passwordFile) }
}
