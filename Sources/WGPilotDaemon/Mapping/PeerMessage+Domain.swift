import WGPilotCore
import WGPilotProtocol

extension PeerMessage {
    /// A peer as it goes over the wire.
    init(_ peer: Peer, plan: AddressPlan, status: PeerStatus?, now: Int64) {
        let settings = peer.settings
        self.init(
            id: peer.id, networkID: peer.networkID, name: settings.name.description, email: settings.email,
            publicKey: peer.publicKey.description, addresses: peer.addresses(in: plan).map(\.description),
            role: settings.role.rawValue, siteNetworks: settings.siteNetworks.map(\.description),
            endpoint: settings.endpoint?.description, persistentKeepalive: settings.persistentKeepalive,
            hubKeepalive: settings.hubKeepalive, tunnel: settings.tunnel?.rawValue,
            extraCIDRs: settings.extraCIDRs.map(\.description),
            dnsServers: settings.dnsServers?.map(\.description), mtu: settings.mtu, notes: settings.notes,
            tags: settings.tags, enabled: settings.enabled, holdsPrivateKey: peer.holdsPrivateKey,
            hasPresharedKey: peer.hasPresharedKey, createdAt: peer.createdAt, updatedAt: peer.updatedAt,
            status: status.map { PeerStatusMessage($0, now: now) })
    }
}

extension PeerStatusMessage {
    /// A peer's status as it goes over the wire.
    init(_ status: PeerStatus, now: Int64) {
        self.init(
            endpoint: status.endpoint?.description, latestHandshake: status.latestHandshake,
            received: status.received, sent: status.sent, persistentKeepalive: status.persistentKeepalive,
            online: status.isOnline(now: now))
    }
}
