import CMnl
import WGPilotCore

/// Decodes the messages of a device's dump; linux/wireguard.h describes them.
enum WireGuardReplies {
    /// Merges one message into what the earlier ones told. A peer whose allowed IPs did not fit is continued in the next
    /// message, where it has only its key and more of them.
    ///
    /// - Parameter statusOnly: Leaves out keys and allowed IPs, which cost the most.
    static func merge(
        _ message: NetlinkMessage, into device: inout WireGuardDevice, statusOnly: Bool
    ) throws(NetlinkError) {
        let attributes = try message.attributes(after: GenericNetlink.headerLength)
        try AttributeReader.forEach(in: attributes) { (attribute) throws(NetlinkError) in
            switch UInt32(attribute.type) {
            case WGDEVICE_A_PRIVATE_KEY.rawValue where !statusOnly:
                device.privateKey = try secret(attribute) { PrivateKey(bytes: $0) }
            case WGDEVICE_A_LISTEN_PORT.rawValue:
                device.listenPort = try attribute.integer()
            case WGDEVICE_A_PEERS.rawValue:
                try attribute.forEach { (peer) throws(NetlinkError) in
                    try merge(peer: peer, into: &device, statusOnly: statusOnly)
                }
            default: break
            }
        }
    }

    private static func merge(
        peer attribute: Attribute, into device: inout WireGuardDevice, statusOnly: Bool
    ) throws(NetlinkError) {
        var key: PublicKey?
        var presharedKey: PresharedKey?
        var status = PeerStatus()
        var allowedIPs: [IPPrefix] = []
        try attribute.forEach { (attribute) throws(NetlinkError) in
            switch UInt32(attribute.type) {
            case WGPEER_A_PUBLIC_KEY.rawValue:
                key = PublicKey(bytes: attribute.payload)
            case WGPEER_A_PRESHARED_KEY.rawValue where !statusOnly:
                presharedKey = try secret(attribute) { PresharedKey(bytes: $0) }
            case WGPEER_A_ENDPOINT.rawValue:
                status.endpoint = SocketAddress.decode(attribute.payload)
            case WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL.rawValue:
                status.persistentKeepalive = try attribute.integer()
            case WGPEER_A_LAST_HANDSHAKE_TIME.rawValue:
                // struct __kernel_timespec: two 64-bit numbers, of which the second counts nanoseconds.
                guard attribute.payload.count == 16, let seconds = Int64(hostOrder: attribute.payload.prefix(8)) else {
                    throw .malformed("a handshake time of \(attribute.payload.count) bytes")
                }
                status.latestHandshake = seconds > 0 ? seconds : nil
            case WGPEER_A_RX_BYTES.rawValue:
                status.received = try attribute.integer()
            case WGPEER_A_TX_BYTES.rawValue:
                status.sent = try attribute.integer()
            case WGPEER_A_ALLOWEDIPS.rawValue where !statusOnly:
                try attribute.forEach { (block) throws(NetlinkError) in
                    allowedIPs.append(try prefix(block))
                }
            default: break
            }
        }
        guard let key else { throw .malformed("a peer without its public key") }
        if device.peers[key]?.allowedIPs.formUnion(allowedIPs) == nil {
            device.peers[key] = ObservedPeer(
                publicKey: key, presharedKey: presharedKey, allowedIPs: Set(allowedIPs),
                persistentKeepalive: status.persistentKeepalive, status: status)
        }
    }

    static func prefix(_ attribute: Attribute) throws(NetlinkError) -> IPPrefix {
        var address: IPAddress?
        var length: UInt8?
        try attribute.forEach { (attribute) throws(NetlinkError) in
            switch UInt32(attribute.type) {
            case WGALLOWEDIP_A_IPADDR.rawValue: address = IPAddress(networkOrder: attribute.payload)
            case WGALLOWEDIP_A_CIDR_MASK.rawValue: length = try attribute.integer()
            // The family is told by the address's width.
            default: break
            }
        }
        guard let address, let length, length <= address.bitWidth else {
            throw .malformed("an allowed IP of no family")
        }
        return IPPrefix(masking: address, length: length)
    }

    /// A key made from the payload, of which no copy stays behind; nil when it is all zeros, by which the kernel
    /// means none.
    static func secret<Key>(_ attribute: Attribute, _ make: ([UInt8]) -> Key?) throws(NetlinkError) -> Key? {
        var bytes = Array(attribute.payload)
        defer { wipe(&bytes) }
        guard bytes.count == Int(WG_KEY_LEN) else { throw .malformed("a key of \(bytes.count) bytes") }
        return bytes.contains { $0 != 0 } ? make(bytes) : nil
    }
}
