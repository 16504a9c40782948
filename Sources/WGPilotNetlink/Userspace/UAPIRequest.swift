import WGPilotCore

/// Encodes requests of WireGuard's cross-platform userspace interface: lines of `key=value`, an empty line at the end;
/// <https://www.wireguard.com/xplatform/>.
enum UAPIRequest {
    /// Asks for everything.
    static let get = Array("get=1\n\n".utf8)

    /// Changes a device. One request holds the whole change: the other side reads line by line. Holds secrets, so it is to
    /// be wiped.
    static func set(_ change: DeviceChange, claimant: PublicKey) -> [UInt8] {
        let groups = PeerEdit.groups(change.peers, limit: .max, claimant: claimant)
        var text = UAPIText(
            capacity: groups.reduce(256) { total, group in
                group.reduce(total) { $0 + 512 + 64 * $1.allowedIPs.count }
            })
        text.line("set", "1")
        if let port = change.listenPort { text.line("listen_port", "\(port)") }
        change.privateKey?.withBytes { text.line("private_key", hex: $0) }
        for group in groups {
            for edit in group { text.peer(edit) }
        }
        text.end()
        return text.bytes
    }
}

/// The text of a request as it grows.
private struct UAPIText {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int) {
        bytes.reserveCapacity(capacity)
    }

    mutating func line(_ key: String, _ value: String) {
        bytes += key.utf8
        bytes.append(UInt8(ascii: "="))
        bytes += value.utf8
        end()
    }

    mutating func line(_ key: String, hex value: [UInt8]) {
        bytes += key.utf8
        bytes.append(UInt8(ascii: "="))
        for byte in value {
            bytes.append(Self.digit(byte >> 4))
            bytes.append(Self.digit(byte & 15))
        }
        end()
    }

    mutating func end() {
        bytes.append(UInt8(ascii: "\n"))
    }

    mutating func peer(_ edit: PeerEdit) {
        line("public_key", hex: edit.publicKey.bytes)
        // Before anything else: `wireguard-go` makes an absent peer at the line above and unmakes it here.
        if edit.updatesOnly { line("update_only", "true") }
        if edit.removes {
            line("remove", "true")
            return
        }
        switch edit.presharedKey {
        case nil: break
        case .clear: line("preshared_key", hex: [UInt8](repeating: 0, count: 32))
        case .set(let key): key.withBytes { line("preshared_key", hex: $0) }
        }
        if let endpoint = edit.endpoint { line("endpoint", endpoint.description) }
        if let interval = edit.persistentKeepalive { line("persistent_keepalive_interval", "\(interval)") }
        if edit.replacesAllowedIPs { line("replace_allowed_ips", "true") }
        for prefix in edit.allowedIPs { line("allowed_ip", prefix.description) }
    }

    /// Arithmetic instead of a table, whose look-ups would leak bits of keys through the cache.
    private static func digit(_ nibble: UInt8) -> UInt8 {
        // 87 is "a" less ten, and 39 leads from there to "0".
        let value = Int16(nibble)
        return UInt8(truncatingIfNeeded: 87 + value - (((value - 10) >> 8) & 39))
    }
}
