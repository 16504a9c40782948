import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl rule remove`.
struct RuleRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "remove", abstract: "Removes an access rule.")

    @Argument(help: "The rule's number.")
    var rule: Int64

    @Flag(help: "Do not ask.")
    var yes = false

    @OptionGroup var change: ChangeArguments

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withDaemon { daemon in
            try Terminal.confirm("Remove rule \(rule)?", assumeYes: yes || change.dryRun)
            let reference = RuleReference(rule: rule, options: change.options)
            let reply = try await change.call(RulesService.delete, reference, on: daemon)
            try change.conclude(reply, as: connection.output)
        }
    }
}
