import ArgumentParser
import WGPilotProtocol

/// One picture of `wgpilotctl top`: a head, and as many peers as fit.
struct TopView {
    /// What the rows are sorted by.
    enum Order: String, CaseIterable, ExpressibleByArgument {
        case rate, received, sent, handshake, keepalive, name, address, endpoint, state
    }

    /// What the user chose.
    struct Choice: Equatable {
        var order = Order.rate
        var isReversed = false
        var onlyOnline = false
        /// How many rows are above the first one shown.
        var offset = 0
    }

    private struct Row {
        var peer: PeerMessage
        var path: String
        var rate: TransferRates.Rate
    }

    private let rows: [Row]
    private let choice: Choice
    private let head: [String]

    /// - Parameter time: The time of `rates`, in seconds.
    init(_ mirror: HubMirror, _ rates: TransferRates, _ choice: Choice, notice: String?, at time: Double) {
        var rows: [Row] = []
        var (total, online) = (TransferRates.Rate(), 0)
        for peer in mirror.peers.values {
            let rate = rates.rate(of: peer.id, at: time)
            total.received += rate.received
            total.sent += rate.sent
            let isOnline = peer.status?.online == true
            if isOnline { online += 1 }
            if choice.onlyOnline && !isOnline { continue }
            rows.append(
                Row(peer: peer, path: "\(mirror.networks[peer.networkID]?.name ?? "?")/\(peer.name)", rate: rate))
        }
        self.rows = Self.sorted(rows, choice)
        self.choice = choice
        let up = mirror.networks.values.count { $0.isUp == true }
        head = [
            "\(mirror.networks.count) networks (\(up) up), \(mirror.peers.count) peers, \(online) online;"
                + " receiving \(Self.text(total.received)), sending \(Self.text(total.sent))",
            notice ?? "sorted by \(choice.order.rawValue)\(choice.isReversed ? ", reversed" : "")"
                + "\(choice.onlyOnline ? "; online only" : "")   q quit  s sort  r reverse  o online  ↑↓ scroll",
        ]
    }

    /// How many rows there are in all.
    var count: Int { rows.count }

    /// The lines, none wider than `columns`, at most `lines` of them.
    func lines(columns: Int, lines: Int, now: Int64) -> [String] {
        var table = TextTable(
            [
                "PEER", "ADDRESS", "STATE", "LATEST HANDSHAKE", "RX/S", "TX/S", "RECEIVED", "SENT", "KEEPALIVE",
                "ENDPOINT",
            ], rightAligned: [4, 5, 6, 7],
            leftOutFirst: ["KEEPALIVE", "ENDPOINT", "SENT", "RECEIVED", "LATEST HANDSHAKE", "ADDRESS"])
        for row in rows.dropFirst(choice.offset).prefix(max(lines - head.count - 1, 0)) {
            let status = row.peer.status
            table.append([
                row.path, row.peer.addresses.first ?? "", PeerView(peer: row.peer).state,
                HumanText.ago(status?.latestHandshake, now: now), Self.text(row.rate.received),
                Self.text(row.rate.sent),
                HumanText.bytes(status?.received ?? 0), HumanText.bytes(status?.sent ?? 0),
                PeerView(peer: row.peer).kernelKeepalive ?? "-", status?.endpoint ?? row.peer.endpoint ?? "-",
            ])
        }
        let text = head.map(PrintableText.of) + table.rendered(columns: columns).split(separator: "\n").map(String.init)
        return text.prefix(lines).map { DisplayWidth.cut($0, to: columns) }
    }

    private static func text(_ rate: Double) -> String {
        rate < 1 ? "-" : HumanText.bytes(UInt64(min(rate, 1e18))) + "/s"
    }

    private static func sorted(_ rows: [Row], _ choice: Choice) -> [Row] {
        func ascending<Value: Comparable>(_ value: (Row) -> Value) -> [Row] {
            // Equal ones keep the order of their names, so that a table that is drawn again does not flicker.
            rows.sorted { (value($0), $0.path, $0.peer.id) < (value($1), $1.path, $1.peer.id) }
        }
        // What is most comes first, as in top(1).
        let result =
            switch choice.order {
            case .rate: ascending { -$0.rate.sum }
            case .received: ascending { UInt64.max - ($0.peer.status?.received ?? 0) }
            case .sent: ascending { UInt64.max - ($0.peer.status?.sent ?? 0) }
            case .handshake: ascending { -1 - ($0.peer.status?.latestHandshake ?? 0) }
            case .keepalive: ascending { -Int($0.peer.status?.persistentKeepalive ?? 0) }
            case .name: ascending { $0.path }
            case .address: ascending { $0.peer.id }
            case .endpoint: ascending { $0.peer.status?.endpoint ?? "~" }
            case .state: ascending { PeerView(peer: $0.peer).state == "online" ? "" : PeerView(peer: $0.peer).state }
            }
        return choice.isReversed ? result.reversed() : result
    }
}
