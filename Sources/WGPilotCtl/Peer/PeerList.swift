import ArgumentParser
import WGPilotProtocol

/// `wgpilotctl peer list`.
struct PeerList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the peers of a network with their live status.")

    @Argument(help: "The network, by name or number.", completion: NameCompletion.network)
    var network: String

    @Option(
        help: ArgumentHelp(
            "Only peers with this text in name, e-mail, tags or address, or at the start of the public key.",
            valueName: "text"))
    var filter: String?

    @Flag(help: "Only peers whose client must import again: its configuration is not what it would get now.")
    var stale = false

    @Option(help: ArgumentHelp("Only peers of this role: client or site-gateway.", valueName: "role"))
    var role: String?

    @Option(help: ArgumentHelp("Only peers with this tag.", valueName: "word"))
    var tag: String?

    @Flag(help: "Only peers that are enabled, or only those that are not.")
    var state: State?

    @Flag(help: "Only peers that are online, or only those that are not.")
    var presence: Presence?

    @Option(help: ArgumentHelp("Only peers that expire within this time: 12h, 30d.", valueName: "time"))
    var expiring: LifetimeArgument?

    @Option(
        help: ArgumentHelp(
            "What to sort by: \(sortFields.dropLast().joined(separator: ", ")) or \(sortFields.last ?? ""). Default: id.",
            valueName: "field"), completion: .list(sortFields))
    var sort: String?

    /// Every column of the table, and more.
    static let sortFields = [
        "id", "name", "email", "role", "address", "enabled", "created-at", "updated-at", "expires-at",
        "bandwidth-up-kbps", "bandwidth-down-kbps", "online", "latest-handshake", "received", "sent", "endpoint",
        "kernel-keepalive",
    ]

    @Flag(help: "The greatest first.")
    var descending = false

    @Option(help: ArgumentHelp("At most so many peers. Default: all.", valueName: "number"))
    var limit: Int?

    @OptionGroup var connection: ConnectionOptions

    /// Which of the enabled and the disabled.
    enum State: String, EnumerableFlag {
        case enabled, disabled
    }

    /// Which of those that are online and those that are not.
    enum Presence: String, EnumerableFlag {
        case online, offline
    }

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit is a number of peers, at least 1") }
    }

    private func request(_ cursor: String?, limit: Int) -> ListPeersRequest {
        ListPeersRequest(
            network: network, cursor: cursor, limit: Int64(limit), filter: filter, stale: stale ? true : nil,
            sort: sort.map { $0.replacing("-", with: "_") }, descending: descending ? true : nil, role: role, tag: tag,
            enabled: state.map { $0 == .enabled }, online: presence.map { $0 == .online },
            expiringWithin: expiring?.seconds)
    }

    func run() async throws {
        try await connection.withDaemon { daemon in
            var view = PeerListView(connection.output, now: OutputFormat.now)
            var statusMissing: String?
            try await withThrowingTaskGroup(of: ListPeersReply.self) { group in
                var missing = limit ?? .max
                func ask(_ cursor: String?) {
                    // The largest page there is: all of its rows are read while the kernel's dump is on its way.
                    let request = request(cursor, limit: min(missing, 10_000))
                    // Beside this task, which lays out the page before.
                    group.addTask(executorPreference: globalConcurrentExecutor) {
                        try await daemon.call(PeersService.list, request)
                    }
                }
                ask(nil)
                while let page = try await group.next() {
                    missing -= page.peers.count
                    if let cursor = page.nextCursor, missing > 0 { ask(cursor) }
                    view.add(page.peers)
                    statusMissing = page.statusMissing ?? statusMissing
                }
            }
            Terminal.print(view.rendered(columns: Terminal.columns))
            if let statusMissing { Terminal.note("wgpilotctl: no live status: \(statusMissing)") }
        }
    }
}
