import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl user list`.
struct UserList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the web users.")

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            let reply = try await daemon.call(UsersService.list, Empty())
            connection.output.render(UserListView(users: reply.users))
        }
    }
}
