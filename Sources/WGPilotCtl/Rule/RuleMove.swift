import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl rule move`.
struct RuleMove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "move", abstract: "Moves an access rule to another place in its list.")

    @Argument(help: "The rule's number.")
    var rule: Int64

    @Argument(help: "The place in the list, from 1.")
    var position: Int64

    @OptionGroup var change: ChangeArguments

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            let request = UpdateRuleRequest(rule: rule, position: position, options: change.options)
            let reply = try await change.call(RulesService.update, request, on: daemon)
            try change.conclude(reply, as: connection.output)
        }
    }
}
