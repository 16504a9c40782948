import WGPilotJSON
import WGPilotProtocol

/// Peers that were made together, as `peer list` prints them.
struct PeersView: Renderable {
    let peers: [PeerMessage]

    func table(now: Int64) -> String { table(now: now, columns: nil) }

    func table(now: Int64, columns: Int?) -> String {
        var list = PeerListView(.table, now: now)
        list.add(peers)
        return list.rendered(columns: columns)
    }

    func write(to json: inout JSONText) {
        json.openArray()
        for peer in peers { json.element { PeerView(peer: peer).write(to: &$0) } }
        json.closeArray()
    }
}
