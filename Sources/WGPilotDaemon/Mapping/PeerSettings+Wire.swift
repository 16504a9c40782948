import WGPilotCore
import WGPilotProtocol
import WGPilotStore

extension PeerSettings {
    /// The settings that a request asks for; faults go to the reader, and the settings are then of no use.
    init(_ request: CreatePeerRequest, in network: NetworkSettings, _ reader: inout FieldReader) {
        let name = reader.read("name", request.name, FieldReader.peerName)
        self.init(name: name ?? .unread)
        role = reader.read("role", request.role, PeerRole.init) ?? role
        siteNetworks = reader.readList("site_networks", request.siteNetworks, FieldReader.prefix) ?? []
        endpoint = reader.read("endpoint", request.endpoint) { text throws(InvalidValue) in try SocketEndpoint(text) }
        persistentKeepalive =
            reader.read("persistent_keepalive", request.persistentKeepalive, FieldReader.keepalive)
            ?? persistentKeepalive
        hubKeepalive = reader.read("hub_keepalive", request.hubKeepalive, FieldReader.keepalive) ?? hubKeepalive
        tunnel = reader.read("tunnel", request.tunnel, TunnelScope.init)
        extraCIDRs = reader.readList("extra_cidrs", request.extraCIDRs, FieldReader.prefix) ?? []
        dnsServers = reader.readList("dns_servers", request.dnsServers, FieldReader.address)
        mtu = reader.read("mtu", request.mtu, FieldReader.mtu)
        email = request.email ?? ""
        notes = request.notes ?? ""
        tags = request.tags ?? []
        enabled = request.enabled ?? true
        searchDomains = request.searchDomains
        excludedCIDRs = reader.readList("excluded_cidrs", request.excludedCIDRs, FieldReader.prefix) ?? []
        expiresAt = request.expiresAt
        bandwidthUp = request.bandwidthUpKbps
        bandwidthDown = request.bandwidthDownKbps
        reader.add(validate(in: network))
    }

    /// Takes over what a request wants changed; faults go to the reader.
    mutating func apply(_ request: UpdatePeerRequest, in network: NetworkSettings, _ reader: inout FieldReader) {
        name = reader.readName(request.name, of: name, FieldReader.peerName)
        role = reader.read("role", request.role, PeerRole.init) ?? role
        siteNetworks = reader.readList("site_networks", request.siteNetworks, FieldReader.prefix) ?? siteNetworks
        endpoint =
            reader.read("endpoint", request.endpoint) { text throws(InvalidValue) in try SocketEndpoint(text) }
            ?? endpoint
        persistentKeepalive =
            reader.read("persistent_keepalive", request.persistentKeepalive, FieldReader.keepalive)
            ?? persistentKeepalive
        hubKeepalive = reader.read("hub_keepalive", request.hubKeepalive, FieldReader.keepalive) ?? hubKeepalive
        tunnel = reader.read("tunnel", request.tunnel, TunnelScope.init) ?? tunnel
        extraCIDRs = reader.readList("extra_cidrs", request.extraCIDRs, FieldReader.prefix) ?? extraCIDRs
        dnsServers = reader.readList("dns_servers", request.dnsServers, FieldReader.address) ?? dnsServers
        mtu = reader.read("mtu", request.mtu, FieldReader.mtu) ?? mtu
        email = request.email ?? email
        notes = request.notes ?? notes
        tags = request.tags ?? tags
        searchDomains = request.searchDomains ?? searchDomains
        excludedCIDRs =
            reader.readList("excluded_cidrs", request.excludedCIDRs, FieldReader.prefix) ?? excludedCIDRs
        expiresAt = request.expiresAt ?? expiresAt
        bandwidthUp = request.bandwidthUpKbps ?? bandwidthUp
        bandwidthDown = request.bandwidthDownKbps ?? bandwidthDown
        for field in request.clear ?? [] {
            switch PeerField(rawValue: field) {
            case .endpoint: endpoint = nil
            case .tunnel: tunnel = nil
            case .dnsServers: dnsServers = nil
            case .mtu: mtu = nil
            case .searchDomains: searchDomains = nil
            case .expiresAt: expiresAt = nil
            case .bandwidthUp: bandwidthUp = nil
            case .bandwidthDown: bandwidthDown = nil
            default:
                reader.add(
                    "clear",
                    """
                    \(field.quotedForMessage) is not one of endpoint, tunnel, dns_servers, mtu, search_domains, expires_at, \
                    bandwidth_up_kbps, bandwidth_down_kbps
                    """)
            }
        }
        reader.add(validate(in: network))
    }
}

extension PeerDraft {
    /// What a request asks to be made; faults go to the reader, and the draft is then of no use.
    init(_ request: CreatePeerRequest, in network: NetworkSettings, _ reader: inout FieldReader) {
        self.init(settings: PeerSettings(request, in: network, &reader))
        address = reader.read("address", request.address, FieldReader.address)
        let publicKey = reader.read("public_key", request.publicKey) { text throws(InvalidValue) in
            try PublicKey(text)
        }
        if let publicKey { keys = .publicKey(publicKey) }
        switch request.presharedKey {
        case nil: break
        case "none": presharedKey = .none
        case let text?:
            let key = reader.read("preshared_key", text) { text throws(InvalidValue) in try PresharedKey(text) }
            if let key { presharedKey = .given(key) }
        }
    }
}
