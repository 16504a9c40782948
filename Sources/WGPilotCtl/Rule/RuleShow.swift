import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl rule show`.
struct RuleShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows all facts of an access rule.")

    @Argument(help: "The rule's number.")
    var rule: Int64

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            let reply = try await daemon.call(RulesService.get, RuleReference(rule: rule))
            connection.output.render(RuleView(rule: reply.rule))
        }
    }
}
