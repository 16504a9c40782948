import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl`: the list of what it can do.
struct RootCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wgpilotctl",
        abstract: "Manages the networks and peers of this machine's WireGuard hub.",
        discussion: """
            Talks to the daemon wgpilotd on its socket. Networks and peers are named by name or by number, a peer \
            together with its network: office/laptop; bridges and rules by number. Options such as --socket and --output may stand before or \
            after the command.

            EXIT STATUS
            \(ExitStatus.table)
            """,
        version: BuildInformation.version,
        subcommands: [
            NetworkCommand.self, PeerCommand.self, LinkCommand.self, BridgeCommand.self, RuleCommand.self,
            ReachCommand.self,
            StatusCommand.self, WatchCommand.self, TopCommand.self, DoctorCommand.self, DriftCommand.self,
            ConfirmCommand.self, ReconcileCommand.self, AuditCommand.self, TokenCommand.self,
            UserCommand.self, SessionCommand.self,
        ])
}
