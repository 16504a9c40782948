import CMnl
import WGPilotCore

/// Takes a device's imprint from its dump, message by message, and makes nothing else of it.
struct ImprintReader: Sendable {
    private var builder = DeviceImprint.Builder()
    // As bytes: to make a key of them would cost a scalar multiplication.
    private var privateKey: [UInt8] = []
    private var listenPort: UInt16 = 0
    private var unlocated: Set<PublicKey>

    /// - Parameter keys: The peers of whom it is told whether they have an endpoint.
    init(locating keys: Set<PublicKey>) {
        unlocated = keys
    }

    /// Reads one message; ``WireGuardReplies`` says what is in it.
    mutating func read(_ message: NetlinkMessage) throws(NetlinkError) {
        var attributes = AttributeReader(try message.attributes(after: GenericNetlink.headerLength))
        while let attribute = try attributes.next() {
            switch UInt32(attribute.type) {
            case WGDEVICE_A_PRIVATE_KEY.rawValue:
                privateKey = Array(try Self.key(attribute))
            case WGDEVICE_A_LISTEN_PORT.rawValue:
                listenPort = try attribute.integer()
            case WGDEVICE_A_PEERS.rawValue:
                var peers = AttributeReader(attribute.payload)
                while let peer = try peers.next() { try read(peer: peer) }
            default: break
            }
        }
    }

    private mutating func read(peer attribute: Attribute) throws(NetlinkError) {
        var key: PublicKey?
        var presharedKey: ArraySlice<UInt8> = []
        var keepalive: UInt16 = 0
        var hasEndpoint = false
        var allowedIPs: [IPPrefix] = []
        var attributes = AttributeReader(attribute.payload)
        while let attribute = try attributes.next() {
            switch UInt32(attribute.type) {
            case WGPEER_A_PUBLIC_KEY.rawValue: key = PublicKey(bytes: attribute.payload)
            case WGPEER_A_PRESHARED_KEY.rawValue:
                presharedKey = try Self.key(attribute)
            case WGPEER_A_ENDPOINT.rawValue: hasEndpoint = SocketAddress.decode(attribute.payload) != nil
            case WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL.rawValue: keepalive = try attribute.integer()
            case WGPEER_A_ALLOWEDIPS.rawValue:
                var blocks = AttributeReader(attribute.payload)
                while let block = try blocks.next() { allowedIPs.append(try WireGuardReplies.prefix(block)) }
            default: break
            }
        }
        guard let key else { throw .malformed("a peer without its public key") }
        if hasEndpoint && !unlocated.isEmpty { unlocated.remove(key) }
        builder.add(key, presharedKey: presharedKey, persistentKeepalive: keepalive, allowedIPs: allowedIPs)
    }

    private static func key(_ attribute: Attribute) throws(NetlinkError) -> ArraySlice<UInt8> {
        guard attribute.payload.count == Int(WG_KEY_LEN) else {
            throw .malformed("a key of \(attribute.payload.count) bytes")
        }
        return attribute.payload
    }

    /// The imprint, and those of the peers asked for that have no endpoint.
    consuming func finish() -> (imprint: DeviceImprint, unlocated: Set<PublicKey>) {
        defer { wipe(&privateKey) }
        return (builder.finish(privateKey: privateKey[...], listenPort: listenPort), unlocated)
    }
}
