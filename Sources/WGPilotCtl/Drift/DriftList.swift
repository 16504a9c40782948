import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl drift list`.
struct DriftList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists what differs between kernel and database and waits for a decision.")

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            let reply = try await daemon.call(SystemService.drift, Empty())
            connection.output.render(FindingListView(findings: reply.findings))
        }
    }
}
