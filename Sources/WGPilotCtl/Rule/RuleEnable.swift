import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl rule enable`.
struct RuleEnable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "enable", abstract: "Switches a rule on.")

    @Argument(help: "The rule's number.")
    var rule: Int64

    @OptionGroup var change: ChangeArguments

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            let request = UpdateRuleRequest(rule: rule, enabled: true, options: change.options)
            let reply = try await change.call(RulesService.update, request, on: daemon)
            try change.conclude(reply, as: connection.output)
        }
    }
}
