import WGPilotJSON
import WGPilotProtocol

/// Peers as they are listed. It is laid out page by page, while the next page is on its way.
struct PeerListView {
    private enum Layout {
        case table(TextTable)
        case json(JSONText)
    }

    private var layout: Layout
    private let now: Int64

    /// Begins an empty list.
    init(_ format: OutputFormat, now: Int64) {
        self.now = now
        switch format {
        case .table:
            layout = .table(
                TextTable(
                    [
                        "ID", "NAME", "ADDRESS", "STATE", "LATEST HANDSHAKE", "RECEIVED", "SENT", "LIMIT", "KEEPALIVE",
                        "ENDPOINT",
                    ], rightAligned: [0, 5, 6],
                    leftOutFirst: ["KEEPALIVE", "LIMIT", "ENDPOINT", "SENT", "RECEIVED", "LATEST HANDSHAKE", "ID"]))
        case .json:
            var json = JSONText()
            json.openArray()
            layout = .json(json)
        }
    }

    /// Adds a page.
    mutating func add(_ peers: [PeerMessage]) {
        switch layout {
        case .table(var table):
            // The table is taken out and put back, so that it is changed in place and not copied.
            layout = .table(TextTable([]))
            for peer in peers {
                table.append([
                    "\(peer.id)", peer.name, peer.addresses.joined(separator: ","), PeerView(peer: peer).state,
                    HumanText.ago(peer.latestHandshake, now: now),
                    HumanText.bytes(peer.status?.received ?? 0), HumanText.bytes(peer.status?.sent ?? 0),
                    Self.limit(peer), PeerView(peer: peer).kernelKeepalive ?? "-",
                    peer.status?.endpoint ?? peer.endpoint ?? "-",
                ])
            }
            layout = .table(table)
        case .json(var json):
            layout = .json(JSONText())
            for peer in peers { json.element { PeerView(peer: peer).write(to: &$0) } }
            layout = .json(json)
        }
    }

    /// The peer's own limits, down and up: `10M/800k`; `-` where the network's hold.
    private static func limit(_ peer: PeerMessage) -> String {
        if peer.bandwidthDownKbps == nil, peer.bandwidthUpKbps == nil { return "-" }
        return "\(limit(peer.bandwidthDownKbps))/\(limit(peer.bandwidthUpKbps))"
    }

    private static func limit(_ kbps: Int64?) -> String {
        guard let kbps else { return "-" }
        if kbps == 0 { return "none" }
        for (unit, name) in [(1_000_000, "G"), (1000, "M")] as [(Int64, String)] where kbps.isMultiple(of: unit) {
            return "\(kbps / unit)\(name)"
        }
        return "\(kbps)k"
    }

    /// The whole list, ended by a line break; the table's lines have at most so many cells.
    func rendered(columns: Int? = nil) -> String {
        switch layout {
        case .table(let table):
            return table.rendered(columns: columns)
        case .json(var json):
            json.closeArray()
            return json.text
        }
    }
}
