import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl watch`.
struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Prints what happens on the hub, as it happens.",
        discussion: """
            One line for each event, until it is interrupted; with --output json one object on each line. A daemon that \
            is restarted meanwhile is waited for, and what changed is told then.
            """)

    @Option(help: ArgumentHelp("One network alone, by name or number.", valueName: "network"))
    var network: String?

    @Option(
        help: ArgumentHelp(
            "What to print, separated by commas. Default: everything but transfer. One or more of "
                + HubChange.Kind.allCases.map(\.rawValue).joined(separator: ", ") + ".", valueName: "events"))
    var events: String?

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        _ = try kinds()
    }

    private func kinds() throws -> Set<HubChange.Kind> {
        guard let events else { return Set(HubChange.Kind.allCases).subtracting([.transfer]) }
        return Set(
            try events.split(separator: ",").map { name in
                guard let kind = HubChange.Kind(rawValue: String(name)) else {
                    throw ValidationError("--events: there is no event \"\(PrintableText.of(String(name)))\"")
                }
                return kind
            })
    }

    func run() async throws {
        let kinds = try kinds()
        var mirror = HubMirror()
        try await HubFollower(connection: connection, network: network).follow(
            position: { mirror.position },
            interrupted: { error in
                mirror.interrupt()
                Terminal.note("wgpilotctl: \(error.message) Waiting for the daemon.")
            }
        ) { event in
            let now = OutputFormat.now
            let lines = mirror.apply(event).filter { kinds.contains($0.kind) }.map { change in
                connection.output == .json ? change.json(now: now) : change.line(now: now)
            }
            if !lines.isEmpty { Terminal.print(lines.joined()) }
        }
    }
}
