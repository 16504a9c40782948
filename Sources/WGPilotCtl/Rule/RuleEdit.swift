import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl rule edit`.
struct RuleEdit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit", abstract: "Changes an access rule in place; what is not named stays.")

    @Argument(help: "The rule's number.")
    var rule: Int64

    @Option(help: "allow or deny.", completion: .list(["allow", "deny"]))
    var action: String?

    @Option(
        help: ArgumentHelp(
            "The new destination: any, a block, peer:NETWORK/PEER, tag:TAG or site:NETWORK/PEER.",
            valueName: "destination"))
    var to: String?

    @Option(
        name: .customLong("protocol"), help: "any, tcp, udp or icmp.",
        completion: .list(["any", "tcp", "udp", "icmp"]))
    var transport: String?

    @Option(help: ArgumentHelp("The new destination ports; empty for all.", valueName: "ports"))
    var ports: String?

    @Option(help: ArgumentHelp("The new free text.", valueName: "text"))
    var comment: String?

    @OptionGroup var change: ChangeArguments

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let request = UpdateRuleRequest(
            rule: rule, action: action, destination: to, transport: transport, ports: ListArgument.split(ports),
            comment: comment, options: change.options)
        try await connection.withDaemon { daemon in
            let reply = try await change.call(RulesService.update, request, on: daemon)
            try change.conclude(reply, as: connection.output)
        }
    }
}
