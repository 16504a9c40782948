import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl link revoke`.
struct LinkRevoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "revoke", abstract: "Makes a link worthless.")

    @Argument(help: "The link's number.")
    var id: Int64

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            let reply = try await daemon.call(LinksService.revoke, LinkReference(id: id))
            Terminal.note("wgpilotctl: revoked link \(reply.link.id) to \(reply.link.peer)")
        }
    }
}
