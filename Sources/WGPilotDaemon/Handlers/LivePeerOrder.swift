import WGPilotCore
import WGPilotStore

/// An order of peers by what the kernel tells of them, which the database does not know.
enum LivePeerOrder: String, CaseIterable, Sendable {
    /// Those that are online last.
    case online
    /// Those that never made a handshake first.
    case latestHandshake = "latest_handshake"
    /// Bytes received from the peer.
    case received
    /// Bytes sent to it.
    case sent
    /// Where its last authentic packet came from, as a text; those without come first.
    case endpoint
    /// The keepalive interval that the kernel has for it; those without come first.
    case kernelKeepalive = "kernel_keepalive"

    /// A value that a peer is sorted by. As a text its order is the same.
    private func value(_ status: PeerStatus?, isOnline: @autoclosure () -> Bool) -> String {
        guard let status else { return "" }
        switch self {
        case .online: return isOnline() ? "1" : ""
        case .latestHandshake: return Self.digits(UInt64(clamping: status.latestHandshake ?? 0))
        case .received: return Self.digits(status.received)
        case .sent: return Self.digits(status.sent)
        case .endpoint: return status.endpoint?.description ?? ""
        case .kernelKeepalive: return Self.digits(UInt64(status.persistentKeepalive))
        }
    }

    /// As many digits for every number, none for 0.
    private static func digits(_ number: UInt64) -> String {
        guard number > 0 else { return "" }
        let text = String(number)
        return String(repeating: "0", count: 20 - text.utf8.count) + text
    }

    /// The places of the peers in this order, those of one page: as many as the limit behind the cursor.
    ///
    /// Takes n log n for n peers.
    func page(
        of keys: [PeerKey], _ status: NetworkStatus, isDescending: Bool, after start: PeerCursor?, limit: Int
    ) -> [PeerCursor] {
        func isBefore(_ left: PeerCursor, _ right: PeerCursor) -> Bool {
            let (first, second) = isDescending ? (right, left) : (left, right)
            return first.value == second.value ? first.id < second.id : first.value < second.value
        }
        var places: [PeerCursor] = []
        for key in keys {
            let place = PeerCursor(
                id: key.id, value: value(status.peers[key.key], isOnline: status.online.contains(key.key)))
            if let start, !isBefore(start, place) { continue }
            places.append(place)
        }
        places.sort(by: isBefore)
        return Array(places.prefix(limit))
    }
}
