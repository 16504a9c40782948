import WGPilotJSON
import WGPilotProtocol

/// Peers that were made together, as `peer list` prints them.
struct PeersView: Renderable {
    let peers: [PeerMessage]

    func table(now: Int64) -> String {
        var list = PeerListView(.table, now: now)
        list.add(peers)
        return list.rendered()
    }

    func write(to json: inout JSONText) {
        json.openArray()
        for peer in peers { json.element { PeerView(peer: peer).write(to: &$0) } }
        json.closeArray()
    }
}
