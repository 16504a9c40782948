import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl reach`.
struct ReachCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reach", abstract: "Tells whether the hub lets one reach another, and what decides.",
        discussion: "Nothing is sent: the rules are asked. The exit code is 1 where it is refused.")

    @Argument(help: "Who: NETWORK/PEER, or an address.")
    var source: String

    @Argument(help: "Whom: NETWORK/PEER, or an address.")
    var destination: String

    @Option(
        name: .customLong("protocol"), help: "tcp, udp or icmp. Default: a protocol that no rule names.",
        completion: .list(["tcp", "udp", "icmp"]))
    var transport: String?

    @Option(help: ArgumentHelp("The destination port.", valueName: "port"))
    var port: Int64?

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let request = ReachRequest(source: source, destination: destination, transport: transport, port: port)
        try await connection.withDaemon { daemon in
            let view = ReachView(reply: try await daemon.call(RulesService.reach, request))
            connection.output.render(view)
            if !view.isReachable { throw ExitStatus.failure }
        }
    }
}
