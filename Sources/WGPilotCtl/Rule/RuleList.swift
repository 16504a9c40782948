import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl rule list`.
struct RuleList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the access rules in their order: all, or those of one owner.")

    @OptionGroup var owner: RuleOwner

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            let request = ListRulesRequest(network: owner.network, tag: owner.tag, peer: owner.peer?.text)
            let reply = try await daemon.call(RulesService.list, request)
            connection.output.render(RuleListView(rules: reply.rules))
        }
    }
}
