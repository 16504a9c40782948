import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl session revoke`.
struct SessionRevoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Ends a session, or all of a user, at once.")

    @Argument(help: "The session's number.")
    var session: Int64?

    @Option(
        help: ArgumentHelp("All sessions of this user, by name or number.", valueName: "user"),
        completion: NameCompletion.user)
    var user: String?

    @Flag(help: "Do not ask.")
    var yes = false

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard (session == nil) != (user == nil) else {
            throw ValidationError("name one session by its number, or a user with --user")
        }
    }

    func run() async throws {
        try await connection.withDaemon { daemon in
            let what = session.map { "the session \($0)" } ?? "all sessions of the user \(user ?? "")"
            try Terminal.confirm("End \(what)?", assumeYes: yes)
            let request = RevokeSessionsRequest(id: session, user: user)
            let reply = try await daemon.call(SessionsService.revoke, request)
            connection.output.render(SessionListView(sessions: reply.sessions))
        }
    }
}
