import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl audit [list]`.
struct AuditList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists entries of the audit log, newest first.",
        discussion: """
            A time is 30m, 2h or 7d for so long ago, a date such as 2026-07-30 or 2026-07-30T14:05 by this machine's clock, \
            with a Z at the end by UTC, or seconds since 1970.
            """)

    @Option(help: ArgumentHelp("Only from this time on.", valueName: "time"))
    var since: TimeArgument?

    @Option(help: ArgumentHelp("Only up to this time.", valueName: "time"))
    var until: TimeArgument?

    @Option(help: ArgumentHelp("Only by this user or token, by name, or this user id.", valueName: "name"))
    var actor: String?

    @Option(help: ArgumentHelp("Only methods that begin so: Peers/ or Networks/Delete.", valueName: "prefix"))
    var method: String?

    @Option(help: ArgumentHelp("Only about this network with its peers, or this peer.", valueName: "name"))
    var target: String?

    @Option(
        help: ArgumentHelp("Only with this result: OK, failed, refused, NOT_FOUND and so on.", valueName: "result"))
    var result: String?

    @Option(help: ArgumentHelp("Only entries with this text in them.", valueName: "text"))
    var text: String?

    @Option(help: ArgumentHelp("The most entries. Default: 50.", valueName: "count"))
    var limit: Int = 50

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard (1...1_000_000).contains(limit) else {
            throw ValidationError("--limit is a number from 1 to 1000000")
        }
    }

    func run() async throws {
        let now = OutputFormat.now
        var request = ListAuditRequest(
            since: since?.seconds(now: now), until: until?.seconds(now: now), actor: actor, method: method,
            target: target, result: result, text: text)
        try await connection.withDaemon { daemon in
            var entries: [AuditEntryMessage] = []
            while entries.count < limit {
                request.limit = Int64(min(limit - entries.count, 1000))
                let page = try await daemon.call(AuditService.list, request)
                entries += page.entries
                guard let next = page.nextCursor else { break }
                request.cursor = next
            }
            connection.output.render(AuditListView(entries: entries))
        }
    }
}
