import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl session list`.
struct SessionList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the sessions that are good.")

    @Option(
        help: ArgumentHelp("Those of this user alone, by name or number.", valueName: "user"),
        completion: NameCompletion.user)
    var user: String?

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            let request = ListSessionsRequest(user: user, all: user == nil ? true : nil)
            let reply = try await daemon.call(SessionsService.list, request)
            connection.output.render(SessionListView(sessions: reply.sessions))
        }
    }
}
