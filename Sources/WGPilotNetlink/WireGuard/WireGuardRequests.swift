import CMnl
import WGPilotCore

/// Encodes requests of the generic netlink family `wireguard`; linux/wireguard.h describes them.
enum WireGuardRequests {
    /// `WG_GENL_NAME`.
    static let familyName = "wireguard"
    /// The size to which messages are filled. The peers of a message are one attribute, whose length has 16 bits; half of
    /// that is far under a socket's send buffer (212,992 bytes by default), and long enough that the cost of a message
    /// does not matter.
    static let messageLimit = 32 * 1024
    /// The most allowed IPs in one edit: 512 of 40 bytes (IPv6) leave room for the rest of it.
    static let allowedIPLimit = 512

    /// Asks for a device whole.
    static func getDevice(_ name: InterfaceName, family: UInt16) throws(NetlinkError) -> NetlinkRequest {
        var builder = AttributeBuilder(header: GenericNetlink.header(UInt8(WG_CMD_GET_DEVICE.rawValue), version: 1))
        builder.put(UInt16(WGDEVICE_A_IFNAME.rawValue), string: name.description)
        return .dump(family, try builder.finish())
    }

    /// Changes a device, in as many messages as it takes, to be sent in order.
    ///
    /// `WGDEVICE_F_REPLACE_PEERS` is never set: it would end every session.
    static func setDevice(
        _ name: InterfaceName, _ change: DeviceChange, family: UInt16, claimant: PublicKey
    ) throws(NetlinkError) -> [NetlinkRequest] {
        var requests: [NetlinkRequest] = []
        var peers: [UInt8] = []
        peers.reserveCapacity(messageLimit)
        defer { wipe(&peers) }

        func flush() throws(NetlinkError) {
            // The kernel takes port and key of a message before its peers, so they stand in the first.
            let isFirst = requests.isEmpty
            if peers.isEmpty, !isFirst || (change.privateKey == nil && change.listenPort == nil) { return }
            var builder = AttributeBuilder(
                header: GenericNetlink.header(UInt8(WG_CMD_SET_DEVICE.rawValue), version: 1),
                capacity: peers.count + 256)
            builder.put(UInt16(WGDEVICE_A_IFNAME.rawValue), string: name.description)
            if isFirst {
                change.privateKey?.withBytes { builder.put(UInt16(WGDEVICE_A_PRIVATE_KEY.rawValue), bytes: $0) }
                if let port = change.listenPort { builder.put(UInt16(WGDEVICE_A_LISTEN_PORT.rawValue), integer: port) }
            }
            if !peers.isEmpty {
                builder.nested(UInt16(WGDEVICE_A_PEERS.rawValue)) { $0.append(encoded: peers) }
            }
            requests.append(.acknowledged(family, try builder.finish()))
            wipe(&peers)
            peers.removeAll(keepingCapacity: true)
        }

        for group in PeerEdit.groups(change.peers, limit: allowedIPLimit, claimant: claimant) {
            var builder = AttributeBuilder(capacity: 512 + 48 * group.reduce(0) { $0 + $1.allowedIPs.count })
            for edit in group { builder.put(edit) }
            var encoded = try builder.finish()
            if !peers.isEmpty, peers.count + encoded.count > messageLimit { try flush() }
            peers += encoded
            wipe(&encoded)
        }
        try flush()
        return requests
    }
}

extension AttributeBuilder {
    /// One peer; the kernel does not look at the types of a list's elements.
    fileprivate mutating func put(_ edit: PeerEdit) {
        nested(0) { peer in
            peer.put(UInt16(WGPEER_A_PUBLIC_KEY.rawValue), bytes: edit.publicKey.bytes)
            switch edit.presharedKey {
            case nil: break
            case .clear:
                // All zeros is the kernel's word for none.
                peer.put(UInt16(WGPEER_A_PRESHARED_KEY.rawValue), bytes: [UInt8](repeating: 0, count: Int(WG_KEY_LEN)))
            case .set(let key):
                key.withBytes { peer.put(UInt16(WGPEER_A_PRESHARED_KEY.rawValue), bytes: $0) }
            }
            if let endpoint = edit.endpoint {
                peer.put(UInt16(WGPEER_A_ENDPOINT.rawValue), bytes: SocketAddress.encode(endpoint))
            }
            if let interval = edit.persistentKeepalive {
                peer.put(UInt16(WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL.rawValue), integer: interval)
            }
            var flags: UInt32 = 0
            if edit.removes { flags |= WGPEER_F_REMOVE_ME.rawValue }
            if edit.updatesOnly { flags |= WGPEER_F_UPDATE_ONLY.rawValue }
            if edit.replacesAllowedIPs { flags |= WGPEER_F_REPLACE_ALLOWEDIPS.rawValue }
            if flags != 0 { peer.put(UInt16(WGPEER_A_FLAGS.rawValue), integer: flags) }
            if !edit.allowedIPs.isEmpty {
                peer.nested(UInt16(WGPEER_A_ALLOWEDIPS.rawValue)) { list in
                    for prefix in edit.allowedIPs { list.put(prefix) }
                }
            }
        }
    }

    private mutating func put(_ prefix: IPPrefix) {
        nested(0) { block in
            block.put(UInt16(WGALLOWEDIP_A_FAMILY.rawValue), integer: AddressFamily(prefix.address).rawValue)
            block.put(UInt16(WGALLOWEDIP_A_IPADDR.rawValue), bytes: prefix.address.bytes)
            block.put(UInt16(WGALLOWEDIP_A_CIDR_MASK.rawValue), integer: prefix.length)
        }
    }
}
