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
                    ["ID", "NAME", "ADDRESS", "STATE", "LATEST HANDSHAKE", "RECEIVED", "SENT", "ENDPOINT"],
                    rightAligned: [0, 5, 6]))
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
                    HumanText.ago(PeerView(peer: peer).latestHandshake, now: now),
                    HumanText.bytes(peer.status?.received ?? 0), HumanText.bytes(peer.status?.sent ?? 0),
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

    /// The whole list, ended by a line break.
    func rendered() -> String {
        switch layout {
        case .table(let table):
            return table.rendered()
        case .json(var json):
            json.closeArray()
            return json.text
        }
    }
}
