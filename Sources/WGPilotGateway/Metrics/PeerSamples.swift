import NIOCore
import WGPilotProtocol

/// The peers that the kernel has, as a scrape needs them: each peer's labels as bytes, escaped once, and its numbers.
///
/// Both formats want all samples of a family together, so every peer is written nine times. What is kept for that is some
/// 300 bytes a peer, and not its message, or its part of the answer.
struct PeerSamples {
    private struct Row {
        /// Where the peer's bytes begin; the parts follow one another.
        var start: Int
        /// `interface="wg0",public_key="…",allowed_ips="`, then the blocks, then `",friendly_name="…"` and the rest.
        var exporterEnd: Int
        /// `device="wg0",public_key="…"`.
        var deviceEnd: Int
        /// `endpoint="…",name="…"`.
        var infoEnd: Int
        /// Where the blocks stand in the first part.
        var blocks: Range<Int>
        var sent: UInt64
        var received: UInt64
        var handshake: Int64?
    }

    private var bytes: [UInt8] = []
    private var rows: [Row] = []

    /// How many peers there are.
    var count: Int { rows.count }

    /// Makes room for so many.
    mutating func reserve(_ count: Int) {
        rows.reserveCapacity(rows.count + count)
        bytes.reserveCapacity(bytes.count + 384 * count)
    }

    /// Adds a peer with its status.
    mutating func add(_ peer: PeerMessage, _ status: PeerStatusMessage, interface: String) {
        let start = bytes.count
        bytes += "interface=\"".utf8
        appendValue(interface)
        bytes += "\",public_key=\"".utf8
        appendValue(peer.publicKey)
        bytes += "\",allowed_ips=\"".utf8
        let blocksStart = bytes.count
        appendBlocks(peer)
        let blocks = blocksStart..<bytes.count
        bytes += "\",friendly_name=\"".utf8
        appendValue(peer.name)
        bytes.append(UInt8(ascii: "\""))
        if let host = status.endpoint.map(Self.host) {
            bytes += ",remote_ip=\"".utf8
            appendValue(host)
            bytes.append(UInt8(ascii: "\""))
        }
        let exporterEnd = bytes.count
        bytes += "device=\"".utf8
        appendValue(interface)
        bytes += "\",public_key=\"".utf8
        appendValue(peer.publicKey)
        bytes.append(UInt8(ascii: "\""))
        let deviceEnd = bytes.count
        bytes += "endpoint=\"".utf8
        appendValue(status.endpoint ?? "")
        bytes += "\",name=\"".utf8
        appendValue(peer.name)
        bytes.append(UInt8(ascii: "\""))
        rows.append(
            Row(
                start: start, exporterEnd: exporterEnd, deviceEnd: deviceEnd, infoEnd: bytes.count, blocks: blocks,
                sent: status.sent, received: status.received, handshake: status.latestHandshake))
    }

    /// Writes a family's samples of some of the peers.
    ///
    /// - Parameter now: In seconds since 1970-01-01 UTC.
    func write(_ family: MetricFamily, _ range: Range<Int>, now: Int64, to text: inout MetricsText) {
        for row in rows[range] {
            let exporter = bytes[row.start..<row.exporterEnd]
            let device = bytes[row.exporterEnd..<row.deviceEnd]
            switch family.name {
            case MetricFamily.sentBytes.name: text.sample(row.sent, labels: exporter)
            case MetricFamily.receivedBytes.name: text.sample(row.received, labels: exporter)
            case MetricFamily.latestHandshake.name: text.sample(row.handshake ?? 0, labels: exporter)
            case MetricFamily.latestHandshakeDelay.name:
                guard let handshake = row.handshake else { continue }
                // A clock that was set back makes no handshake of the future.
                text.sample(max(now - handshake, 0), labels: exporter)
            case MetricFamily.peerInfo.name:
                text.sample(1, labels: device, bytes[row.deviceEnd..<row.infoEnd])
            case MetricFamily.peerAllowedIPs.name: writeBlocks(of: row, device, to: &text)
            case MetricFamily.peerReceiveBytes.name: text.sample(row.received, labels: device)
            case MetricFamily.peerTransmitBytes.name: text.sample(row.sent, labels: device)
            case MetricFamily.peerLastHandshake.name: text.sample(row.handshake ?? 0, labels: device)
            default: return
            }
        }
    }

    private func writeBlocks(of row: Row, _ device: ArraySlice<UInt8>, to text: inout MetricsText) {
        for block in bytes[row.blocks].split(separator: UInt8(ascii: ",")) {
            let family = block.contains(UInt8(ascii: ":")) ? "IPv6" : "IPv4"
            let labels = Array("allowed_ips=\"".utf8) + block + Array("\",family=\"\(family)\"".utf8)
            text.sample(1, labels: device, labels[...])
        }
    }

    // MARK: Labels

    /// What is routed to the peer: its addresses, and the networks behind a site gateway (see ``PeerMessage``).
    private mutating func appendBlocks(_ peer: PeerMessage) {
        var isFirst = true
        for address in peer.addresses {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            appendValue(address)
            if !address.utf8.contains(UInt8(ascii: "/")) {
                bytes += (address.utf8.contains(UInt8(ascii: ":")) ? "/128" : "/32").utf8
            }
        }
        for network in peer.siteNetworks {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            appendValue(network)
        }
    }

    /// The host of `192.0.2.1:51820` and `[2001:db8::1]:51820`.
    private static func host(_ endpoint: String) -> String {
        guard let colon = endpoint.lastIndex(of: ":") else { return endpoint }
        let host = endpoint[..<colon]
        return host.first == "[" && host.last == "]" ? String(host.dropFirst().dropLast()) : String(host)
    }

    /// As `ByteBuffer.writeLabelValue`.
    private mutating func appendValue(_ text: String) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"), UInt8(ascii: "\""):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case UInt8(ascii: "\n"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(UInt8(ascii: "n"))
            default: bytes.append(byte)
            }
        }
    }
}
