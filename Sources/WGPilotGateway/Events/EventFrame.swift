import NIOCore
import WGPilotJSON
import WGPilotProtocol

/// Events as they go over the wire (Server-Sent Events, HTML Living Standard §9.2), made once for all who get them.
enum EventFrame {
    /// A piece of a snapshot. Its empty id makes a browser that lost the connection half-way through begin anew, instead of
    /// going on from where it was before with half a snapshot.
    static func snapshot(_ event: WatchEvent) -> ByteBuffer {
        frame(id: "", "snapshot") { write(event, to: &$0) }
    }

    /// That the snapshot is whole, or none was needed: changes after the position follow.
    static func live(_ position: EventPosition) -> ByteBuffer {
        frame(id: position.text, "live") { _ in }
    }

    /// That what was known is out of date, for a client that reads lists by itself and wants no snapshot: changes after
    /// the position follow.
    static func reset(_ position: EventPosition) -> ByteBuffer {
        frame(id: position.text, "reset") { _ in }
    }

    /// What changed.
    static func change(_ event: WatchEvent) -> ByteBuffer {
        let position = EventPosition(epoch: event.epoch, sequence: event.sequence)
        return frame(id: position.text, "change") { write(event, to: &$0) }
    }

    /// That the gateway lost the daemon, or has it again.
    static func daemon(isOnline: Bool) -> ByteBuffer {
        frame(id: nil, "daemon") { $0.field("state", isOnline ? "online" : "offline") }
    }

    /// That the stream ends here, and why.
    static func end(_ reason: EventEnd) -> ByteBuffer {
        frame(id: nil, "end") { $0.field("reason", reason.rawValue) }
    }

    /// The first bytes of each stream: after how long to come back. Not all at the same moment: when the gateway starts
    /// anew they all lost it at once.
    static func greeting() -> ByteBuffer {
        ByteBuffer(string: "retry: \(Int.random(in: 1000...4000))\n\n")
    }

    /// A comment, which clients skip, so that neither end nor anybody between takes the connection for dead.
    static let heartbeat = ByteBuffer(string: ":\n\n")

    private static func frame(id: String?, _ name: StaticString, _ fields: (inout JSONText) -> Void) -> ByteBuffer {
        var json = JSONText(isCompact: true)
        json.object(fields)
        var buffer = ByteBuffer()
        buffer.reserveCapacity(json.utf8.count + 96)
        if let id { buffer.writeString("id: \(id)\n") }
        buffer.writeStaticString("event: ")
        buffer.writeStaticString(name)
        // JSON in one line: its strings have their line breaks escaped.
        buffer.writeStaticString("\ndata: ")
        buffer.writeBytes(json.utf8)
        buffer.writeStaticString("\n\n")
        return buffer
    }

    /// The lists of an event that have something in them.
    private static func write(_ event: WatchEvent, to json: inout JSONText) {
        if !event.networks.isEmpty { json.field("networks", event.networks) }
        if !event.peers.isEmpty { json.field("peers", event.peers) }
        if !event.removedNetworks.isEmpty { write("removed_networks", event.removedNetworks, to: &json) }
        if !event.removedPeers.isEmpty { write("removed_peers", event.removedPeers, to: &json) }
        if !event.statuses.isEmpty {
            json.field("statuses") { json in json.array(event.statuses) { write($1, to: &$0) } }
        }
        if !event.lists.isEmpty { json.field("lists", event.lists) }
    }

    private static func write(_ name: StaticString, _ numbers: [Int64], to json: inout JSONText) {
        json.field(name) { json in json.array(numbers) { $0.value($1) } }
    }

    /// The part of a peer that the kernel tells, under the names that a peer's own object has, so that a client can put it
    /// over what it knows.
    private static func write(_ news: WatchStatusMessage, to json: inout JSONText) {
        json.object { json in
            json.field("network_id", news.networkID)
            json.field("peer_id", news.peerID)
            json.field("online", news.status?.online ?? false)
            guard let status = news.status else { return }
            json.field("endpoint", status.endpoint)
            json.field("last_handshake", status.latestHandshake)
            json.field("transfer_rx", status.received)
            json.field("transfer_tx", status.sent)
            json.field("kernel_keepalive", status.persistentKeepalive)
        }
    }
}
