import WGPilotCore
import WGPilotProtocol

extension PeerMessage {
    /// A peer as it goes over the wire.
    ///
    /// - Parameters:
    ///   - plan: The numbering of its network.
    ///   - status: What the kernel tells of it; nil where it was not asked, or does not have it.
    ///   - isOnline: Whether ``Presence`` has it online.
    ///   - isStale: Whether its client must import its configuration again; nil where nobody looked.
    init(
        _ peer: Peer, plan: AddressPlan, status: PeerStatus? = nil, isOnline: Bool = false, isStale: Bool? = nil
    ) {
        let settings = peer.settings
        // What the kernel remembers is newer.
        let sighting = status?.latestHandshake == nil ? peer.sighting : nil
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
            status: status.map { PeerStatusMessage($0, isOnline: isOnline) },
            custody: peer.custody == .once ? "once" : nil,
            searchDomains: settings.searchDomains, excludedCIDRs: settings.excludedCIDRs.map(\.description),
            expiresAt: settings.expiresAt, disabledReason: peer.disabledReason?.rawValue,
            lastSeenAt: sighting?.handshakeAt, lastEndpoint: sighting?.endpoint,
            pendingPublicKey: peer.pendingKey?.publicKey.description, keysChangeAt: peer.pendingKey?.activatesAt,
            configFetchedAt: peer.configurationFetchedAt, configStale: isStale,
            bandwidthUpKbps: settings.bandwidthUp, bandwidthDownKbps: settings.bandwidthDown)
    }
}

extension ConfigurationFindingMessage {
    /// A finding as it goes over the wire.
    init(_ finding: ConfigurationFinding) {
        self.init(code: finding.code.rawValue, message: finding.message)
    }
}

extension PeerStatusMessage {
    /// A peer's status as it goes over the wire.
    init(_ status: PeerStatus, isOnline: Bool) {
        self.init(
            endpoint: status.endpoint?.description, latestHandshake: status.latestHandshake,
            received: status.received, sent: status.sent, persistentKeepalive: status.persistentKeepalive,
            online: isOnline)
    }
}
