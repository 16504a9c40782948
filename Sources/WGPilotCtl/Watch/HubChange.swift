import ArgumentParser
import WGPilotJSON
import WGPilotProtocol

/// One thing that happened on the hub, as `wgpilotctl watch` prints it.
struct HubChange: Equatable {
    /// What kinds of things happen.
    enum Kind: String, CaseIterable, ExpressibleByArgument {
        case created, changed, removed
        /// An interface went up or down.
        case up, down
        /// A peer's session began, or came to nothing.
        case online, offline
        case endpoint, handshake, transfer
        /// The kernel has another keepalive interval for a peer than before.
        case keepalive
    }

    var kind: Kind
    var network: String?
    var peer: PeerMessage?
    /// A list that changed: `bridges` or `rules`.
    var list: String?
    var detail: String?

    init(kind: Kind, network: String? = nil, peer: PeerMessage? = nil, list: String? = nil, detail: String? = nil) {
        self.kind = kind
        self.network = network
        self.peer = peer
        self.list = list
        self.detail = detail
    }

    /// What it happened to.
    private var subject: String {
        if let list { return list }
        guard let peer else { return "network \(network ?? "")" }
        return "\(network ?? "")/\(peer.name)"
    }

    /// One line for people.
    func line(now: Int64) -> String {
        let kind = kind.rawValue + String(repeating: " ", count: 10 - kind.rawValue.utf8.count)
        let text = "\(HumanText.clock(now, now: now))  \(kind) \(subject)" + (detail.map { "  \($0)" } ?? "")
        return PrintableText.of(text) + "\n"
    }

    /// One line for programs.
    func json(now: Int64) -> String {
        var json = JSONText(isCompact: true)
        json.object { json in
            json.field("time", now)
            json.field("event", kind.rawValue)
            json.field("network", network)
            json.field("list", list)
            if let peer { json.field("peer") { PeerView(peer: peer).write(to: &$0) } }
        }
        return json.text
    }
}
