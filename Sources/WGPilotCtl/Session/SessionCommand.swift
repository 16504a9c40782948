import ArgumentParser

/// `wgpilotctl session`.
struct SessionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "session", abstract: "Sessions of web users: who is logged in, and from where.",
        subcommands: [SessionList.self, SessionRevoke.self])
}
