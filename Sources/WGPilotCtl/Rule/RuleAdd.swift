import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl rule add`.
struct RuleAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Adds an access rule at the end of its list, or at a place in it.")

    @Argument(help: "allow or deny.", completion: .list(["allow", "deny"]))
    var action: String

    @OptionGroup var owner: RuleOwner

    @Option(
        help: ArgumentHelp(
            "Where to: any (the default), a block, peer:NETWORK/PEER, tag:TAG or site:NETWORK/PEER.",
            valueName: "destination"))
    var to: String?

    @Option(
        name: .customLong("protocol"), help: "any (the default), tcp, udp or icmp.",
        completion: .list(["any", "tcp", "udp", "icmp"]))
    var transport: String?

    @Option(
        help: ArgumentHelp(
            "Destination ports such as 80,443,8000-8100. Default: all.", valueName: "ports"))
    var ports: String?

    @Option(help: ArgumentHelp("Free text.", valueName: "text"))
    var comment: String?

    @Option(help: ArgumentHelp("The place in the list, from 1. Default: the end.", valueName: "number"))
    var position: Int64?

    @Flag(help: "Create the rule switched off.")
    var disabled = false

    @OptionGroup var change: ChangeArguments

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard owner.count == 1 else { throw ValidationError("one of --network, --tag and --peer must be given") }
    }

    func run() async throws {
        let request = CreateRuleRequest(
            network: owner.network, tag: owner.tag, peer: owner.peer?.text, action: action, destination: to,
            transport: transport, ports: ListArgument.split(ports), comment: comment, enabled: disabled ? false : nil,
            position: position, options: change.options)
        try await connection.withDaemon { daemon in
            let reply = try await change.call(RulesService.create, request, on: daemon)
            try change.conclude(reply, as: connection.output)
        }
    }
}
