import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl rule disable`.
struct RuleDisable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable", abstract: "Switches a rule off; it is kept.")

    @Argument(help: "The rule's number.")
    var rule: Int64

    @OptionGroup var change: ChangeArguments

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            let request = UpdateRuleRequest(rule: rule, enabled: false, options: change.options)
            let reply = try await change.call(RulesService.update, request, on: daemon)
            try change.conclude(reply, as: connection.output)
        }
    }
}
