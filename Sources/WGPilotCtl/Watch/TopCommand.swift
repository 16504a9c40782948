import ArgumentParser
import Glibc
import WGPilotProtocol

/// `wgpilotctl top`.
struct TopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top", abstract: "Shows the peers and what they transfer, live.",
        discussion: "Keys: q quits, s sorts by the next column, r reverses, o shows online peers alone, arrows scroll.")

    @Option(help: ArgumentHelp("One network alone, by name or number.", valueName: "network"))
    var network: String?

    @Option(
        help: ArgumentHelp(
            "What to sort by: \(TopView.Order.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "column"))
    var sort: TopView.Order = .rate

    @Flag(help: "Reverse the order.")
    var reverse = false

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let state = State(TopView.Choice(order: sort, isReversed: reverse))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [connection, network] in
                try await HubFollower(connection: connection, network: network).follow(
                    position: { await state.mirror.position }, interrupted: { await state.interrupt($0) }
                ) { await state.apply($0) }
            }
            // Before the terminal is taken over, so that a daemon that is not there is told in the ordinary way.
            group.addTask {
                while await !state.isReady { try await Task.sleep(for: .milliseconds(20)) }
                try await Self.show(state)
            }
            try await group.next()
            group.cancelAll()
        }
    }

    private static func show(_ state: State) async throws {
        guard let screen = LiveScreen() else {
            throw CommandFault(
                status: .usage, message: "top needs a terminal; use `peer list` or `watch` where there is none")
        }
        var drawn: (columns: Int, lines: Int)?
        var ticks = 0
        while !screen.shouldEnd {
            let keys = screen.keys()
            // q, Ctrl-C and Ctrl-D.
            if keys.contains(where: { [UInt8(ascii: "q"), 3, 4].contains($0) }) { return }
            let size = screen.size
            await state.press(keys, page: max(size.lines - 4, 1))
            if ticks % 10 == 0 || !keys.isEmpty || drawn.map({ $0 != size }) ?? true {
                screen.draw(await state.lines(columns: size.columns, lines: size.lines))
                drawn = size
            }
            ticks += 1
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// What is shown, and how.
    private actor State {
        private(set) var mirror = HubMirror()
        private var rates = TransferRates()
        private var choice: TopView.Choice
        private var notice: String?
        /// Whether a first whole picture is there.
        var isReady: Bool { mirror.position != nil }

        init(_ choice: TopView.Choice) {
            self.choice = choice
        }

        private static func time() -> Double {
            var time = timespec()
            _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        }

        func apply(_ event: WatchEvent) {
            notice = nil
            _ = mirror.apply(event)
            let now = Self.time()
            for peer in event.peers { rates.note(peer.id, peer.status, at: now) }
            for status in event.statuses { rates.note(status.peerID, status.status, at: now) }
            if !event.removedPeers.isEmpty || event.kind == "live" { rates.keep(mirror.peers.keys) }
        }

        func interrupt(_ error: RPCError) {
            mirror.interrupt()
            notice = "\(error.message) Waiting for the daemon.   q quit"
        }

        func press(_ keys: [UInt8], page: Int) {
            switch keys {
            // ESC [ A and B, and 5~ and 6~: what xterm sends for the arrows and for Page Up and Page Down.
            case [0x1B, 0x5B, 0x41]: choice.offset -= 1
            case [0x1B, 0x5B, 0x42]: choice.offset += 1
            case [0x1B, 0x5B, 0x35, 0x7E]: choice.offset -= page
            case [0x1B, 0x5B, 0x36, 0x7E]: choice.offset += page
            default:
                for key in keys {
                    switch key {
                    case UInt8(ascii: "s"):
                        let orders = TopView.Order.allCases
                        let next = (orders.firstIndex(of: choice.order) ?? 0) + 1
                        choice.order = orders[next % orders.count]
                    case UInt8(ascii: "r"): choice.isReversed.toggle()
                    case UInt8(ascii: "o"): choice.onlyOnline.toggle()
                    case UInt8(ascii: "k"): choice.offset -= 1
                    case UInt8(ascii: "j"): choice.offset += 1
                    default: break
                    }
                }
            }
            choice.offset = min(max(choice.offset, 0), max(mirror.peers.count - 1, 0))
        }

        func lines(columns: Int, lines: Int) -> [String] {
            TopView(mirror, rates, choice, notice: notice, at: Self.time())
                .lines(columns: columns, lines: lines, now: OutputFormat.now)
        }
    }
}
