/// What the kernel tells of a peer.
public struct PeerStatusMessage: Codable, Sendable, Equatable {
    /// Where its last authentic packet came from.
    public var endpoint: String?
    /// The latest handshake in seconds since 1970-01-01 UTC; absent for never.
    public var latestHandshake: Int64?
    /// Bytes received from it.
    public var received: UInt64
    /// Bytes sent to it.
    public var sent: UInt64
    /// The keepalive interval of the hub as the kernel has it; 0 is off.
    public var persistentKeepalive: UInt16
    /// Whether it made a handshake within the last three minutes, or within three keepalive intervals where that is longer.
    public var online: Bool

    enum CodingKeys: Int, CodingKey {
        case endpoint = 1
        case latestHandshake = 2
        case received = 3
        case sent = 4
        case persistentKeepalive = 5
        case online = 6
    }

    /// Makes the message from its fields.
    public init(
        endpoint: String? = nil, latestHandshake: Int64? = nil, received: UInt64, sent: UInt64,
        persistentKeepalive: UInt16, online: Bool
    ) {
        self.endpoint = endpoint
        self.latestHandshake = latestHandshake
        self.received = received
        self.sent = sent
        self.persistentKeepalive = persistentKeepalive
        self.online = online
    }
}

/// A peer: what was chosen for it, and how it stands. No secret is part of it.
public struct PeerMessage: Codable, Sendable, Equatable {
    /// The number of the peer.
    public var id: Int64
    /// The number of its network.
    public var networkID: Int64
    /// The name, unique in its network.
    public var name: String
    /// Whose device it is; empty where nobody said.
    public var email: String
    /// Its public key.
    public var publicKey: String
    /// Its tunnel addresses, IPv4 first.
    public var addresses: [String]
    /// `client` or `site-gateway`.
    public var role: String
    /// The networks behind a site gateway.
    public var siteNetworks: [String]
    /// The endpoint that was given for it.
    public var endpoint: String?
    /// Seconds between the client's keepalives; 0 is off.
    public var persistentKeepalive: UInt16
    /// Seconds between the hub's keepalives; 0 is off.
    public var hubKeepalive: UInt16
    /// `full` or `split` where it differs from the network's.
    public var tunnel: String?
    /// Further blocks that this client sends into a split tunnel.
    public var extraCIDRs: [String]
    /// Name servers where they differ from the network's.
    public var dnsServers: [String]?
    /// The MTU where it differs from the network's.
    public var mtu: Int?
    /// Free text.
    public var notes: String
    /// Words to group peers by.
    public var tags: [String]
    /// Whether it is meant to be in the kernel.
    public var enabled: Bool
    /// Whether its private key is kept here.
    public var holdsPrivateKey: Bool
    /// Whether it has a preshared key.
    public var hasPresharedKey: Bool
    /// When it was created, in seconds since 1970-01-01 UTC.
    public var createdAt: Int64
    /// When it was last changed, in seconds since 1970-01-01 UTC.
    public var updatedAt: Int64
    /// What the kernel tells; absent where the kernel does not have the peer.
    public var status: PeerStatusMessage?
    /// `once` where the hub made the private key, showed it once and forgot it. Absent is `held` where the private key is
    /// held, else `client`.
    public var custody: String?
    /// Search domains where they differ from the network's.
    public var searchDomains: [String]?
    /// Blocks that this client keeps out of its tunnel.
    public var excludedCIDRs: [String]
    /// When it is switched off by itself, in seconds since 1970-01-01 UTC; absent for never.
    public var expiresAt: Int64?
    /// Why it is not enabled: `operator` or `expired`; absent where it is.
    public var disabledReason: String?
    /// The latest handshake that was noted, in seconds since 1970-01-01 UTC, where the status has none: the kernel remembers
    /// nothing after a restart of the machine.
    public var lastSeenAt: Int64?
    /// Where it was seen then.
    public var lastEndpoint: String?
    /// The public key that is to take the place of the present one; absent where none is prepared.
    public var pendingPublicKey: String?
    /// When it does, in seconds since 1970-01-01 UTC.
    public var keysChangeAt: Int64?
    /// When its configuration was last fetched, in seconds since 1970-01-01 UTC; absent for never.
    public var configFetchedAt: Int64?
    /// Whether the client has another configuration than it would get now. Absent where that was not looked at, or the
    /// client never fetched one.
    public var configStale: Bool?
    /// How much of what it sends passes, in kbit/s; absent is as the network has it, 0 is no limit.
    public var bandwidthUpKbps: Int64?
    /// How much of what is sent to it passes, in kbit/s; absent is as the network has it, 0 is no limit.
    public var bandwidthDownKbps: Int64?

    enum CodingKeys: Int, CodingKey {
        case id = 1
        case networkID = 2
        case name = 3
        case email = 4
        case publicKey = 5
        case addresses = 6
        case role = 7
        case siteNetworks = 8
        case endpoint = 9
        case persistentKeepalive = 10
        case hubKeepalive = 11
        case tunnel = 12
        case extraCIDRs = 13
        case dnsServers = 14
        case mtu = 15
        case notes = 16
        case tags = 17
        case enabled = 18
        case holdsPrivateKey = 19
        case hasPresharedKey = 20
        case createdAt = 21
        case updatedAt = 22
        case status = 23
        case custody = 24
        case searchDomains = 25
        case excludedCIDRs = 26
        case expiresAt = 27
        case disabledReason = 28
        case lastSeenAt = 29
        case lastEndpoint = 30
        case pendingPublicKey = 31
        case keysChangeAt = 32
        case configFetchedAt = 33
        case configStale = 34
        case bandwidthUpKbps = 40
        case bandwidthDownKbps = 41
    }

    /// Makes the message from its fields.
    public init(
        id: Int64, networkID: Int64, name: String, email: String, publicKey: String, addresses: [String], role: String,
        siteNetworks: [String], endpoint: String? = nil, persistentKeepalive: UInt16, hubKeepalive: UInt16,
        tunnel: String? = nil, extraCIDRs: [String], dnsServers: [String]? = nil, mtu: Int? = nil, notes: String,
        tags: [String], enabled: Bool, holdsPrivateKey: Bool, hasPresharedKey: Bool, createdAt: Int64, updatedAt: Int64,
        status: PeerStatusMessage? = nil, custody: String? = nil, searchDomains: [String]? = nil,
        excludedCIDRs: [String] = [], expiresAt: Int64? = nil, disabledReason: String? = nil, lastSeenAt: Int64? = nil,
        lastEndpoint: String? = nil, pendingPublicKey: String? = nil, keysChangeAt: Int64? = nil,
        configFetchedAt: Int64? = nil, configStale: Bool? = nil,
        bandwidthUpKbps: Int64? = nil, bandwidthDownKbps: Int64? = nil
    ) {
        self.id = id
        self.networkID = networkID
        self.name = name
        self.email = email
        self.publicKey = publicKey
        self.addresses = addresses
        self.role = role
        self.siteNetworks = siteNetworks
        self.endpoint = endpoint
        self.persistentKeepalive = persistentKeepalive
        self.hubKeepalive = hubKeepalive
        self.tunnel = tunnel
        self.extraCIDRs = extraCIDRs
        self.dnsServers = dnsServers
        self.mtu = mtu
        self.notes = notes
        self.tags = tags
        self.enabled = enabled
        self.holdsPrivateKey = holdsPrivateKey
        self.hasPresharedKey = hasPresharedKey
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.status = status
        self.custody = custody
        self.searchDomains = searchDomains
        self.excludedCIDRs = excludedCIDRs
        self.expiresAt = expiresAt
        self.disabledReason = disabledReason
        self.lastSeenAt = lastSeenAt
        self.lastEndpoint = lastEndpoint
        self.pendingPublicKey = pendingPublicKey
        self.keysChangeAt = keysChangeAt
        self.configFetchedAt = configFetchedAt
        self.configStale = configStale
        self.bandwidthUpKbps = bandwidthUpKbps
        self.bandwidthDownKbps = bandwidthDownKbps
    }

    /// Reads the fields; those that are left out when empty are empty when absent.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(Int64.self, forKey: .id)
        networkID = try container.decode(Int64.self, forKey: .networkID)
        name = try container.decode(String.self, forKey: .name)
        email = try container.decodeIfPresent(String.self, forKey: .email) ?? ""
        publicKey = try container.decode(String.self, forKey: .publicKey)
        addresses = try container.decode([String].self, forKey: .addresses)
        role = try container.decode(String.self, forKey: .role)
        siteNetworks = try container.decodeIfPresent([String].self, forKey: .siteNetworks) ?? []
        endpoint = try container.decodeIfPresent(String.self, forKey: .endpoint)
        persistentKeepalive = try container.decode(UInt16.self, forKey: .persistentKeepalive)
        hubKeepalive = try container.decodeIfPresent(UInt16.self, forKey: .hubKeepalive) ?? 0
        tunnel = try container.decodeIfPresent(String.self, forKey: .tunnel)
        extraCIDRs = try container.decodeIfPresent([String].self, forKey: .extraCIDRs) ?? []
        dnsServers = try container.decodeIfPresent([String].self, forKey: .dnsServers)
        mtu = try container.decodeIfPresent(Int.self, forKey: .mtu)
        notes = try container.decodeIfPresent(String.self, forKey: .notes) ?? ""
        tags = try container.decodeIfPresent([String].self, forKey: .tags) ?? []
        enabled = try container.decode(Bool.self, forKey: .enabled)
        holdsPrivateKey = try container.decode(Bool.self, forKey: .holdsPrivateKey)
        hasPresharedKey = try container.decode(Bool.self, forKey: .hasPresharedKey)
        createdAt = try container.decode(Int64.self, forKey: .createdAt)
        updatedAt = try container.decode(Int64.self, forKey: .updatedAt)
        status = try container.decodeIfPresent(PeerStatusMessage.self, forKey: .status)
        custody = try container.decodeIfPresent(String.self, forKey: .custody)
        searchDomains = try container.decodeIfPresent([String].self, forKey: .searchDomains)
        excludedCIDRs = try container.decodeIfPresent([String].self, forKey: .excludedCIDRs) ?? []
        expiresAt = try container.decodeIfPresent(Int64.self, forKey: .expiresAt)
        disabledReason = try container.decodeIfPresent(String.self, forKey: .disabledReason)
        lastSeenAt = try container.decodeIfPresent(Int64.self, forKey: .lastSeenAt)
        lastEndpoint = try container.decodeIfPresent(String.self, forKey: .lastEndpoint)
        pendingPublicKey = try container.decodeIfPresent(String.self, forKey: .pendingPublicKey)
        keysChangeAt = try container.decodeIfPresent(Int64.self, forKey: .keysChangeAt)
        configFetchedAt = try container.decodeIfPresent(Int64.self, forKey: .configFetchedAt)
        configStale = try container.decodeIfPresent(Bool.self, forKey: .configStale)
        bandwidthUpKbps = try container.decodeIfPresent(Int64.self, forKey: .bandwidthUpKbps)
        bandwidthDownKbps = try container.decodeIfPresent(Int64.self, forKey: .bandwidthDownKbps)
    }

    /// Writes the fields in order. Texts and lists that are empty, and numbers that are 0 by default, are left out: in a
    /// list of ten thousand peers that is a quarter of the work at both ends.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(networkID, forKey: .networkID)
        try container.encode(name, forKey: .name)
        if !email.isEmpty { try container.encode(email, forKey: .email) }
        try container.encode(publicKey, forKey: .publicKey)
        try container.encode(addresses, forKey: .addresses)
        try container.encode(role, forKey: .role)
        if !siteNetworks.isEmpty { try container.encode(siteNetworks, forKey: .siteNetworks) }
        try container.encodeIfPresent(endpoint, forKey: .endpoint)
        try container.encode(persistentKeepalive, forKey: .persistentKeepalive)
        if hubKeepalive != 0 { try container.encode(hubKeepalive, forKey: .hubKeepalive) }
        try container.encodeIfPresent(tunnel, forKey: .tunnel)
        if !extraCIDRs.isEmpty { try container.encode(extraCIDRs, forKey: .extraCIDRs) }
        try container.encodeIfPresent(dnsServers, forKey: .dnsServers)
        try container.encodeIfPresent(mtu, forKey: .mtu)
        if !notes.isEmpty { try container.encode(notes, forKey: .notes) }
        if !tags.isEmpty { try container.encode(tags, forKey: .tags) }
        try container.encode(enabled, forKey: .enabled)
        try container.encode(holdsPrivateKey, forKey: .holdsPrivateKey)
        try container.encode(hasPresharedKey, forKey: .hasPresharedKey)
        try container.encode(createdAt, forKey: .createdAt)
        try container.encode(updatedAt, forKey: .updatedAt)
        try container.encodeIfPresent(status, forKey: .status)
        try container.encodeIfPresent(custody, forKey: .custody)
        try container.encodeIfPresent(searchDomains, forKey: .searchDomains)
        if !excludedCIDRs.isEmpty { try container.encode(excludedCIDRs, forKey: .excludedCIDRs) }
        try container.encodeIfPresent(expiresAt, forKey: .expiresAt)
        try container.encodeIfPresent(disabledReason, forKey: .disabledReason)
        try container.encodeIfPresent(lastSeenAt, forKey: .lastSeenAt)
        try container.encodeIfPresent(lastEndpoint, forKey: .lastEndpoint)
        try container.encodeIfPresent(pendingPublicKey, forKey: .pendingPublicKey)
        try container.encodeIfPresent(keysChangeAt, forKey: .keysChangeAt)
        try container.encodeIfPresent(configFetchedAt, forKey: .configFetchedAt)
        try container.encodeIfPresent(configStale, forKey: .configStale)
        try container.encodeIfPresent(bandwidthUpKbps, forKey: .bandwidthUpKbps)
        try container.encodeIfPresent(bandwidthDownKbps, forKey: .bandwidthDownKbps)
    }
}

/// Names one peer.
public struct PeerReference: Codable, Sendable, Equatable {
    /// Its network, by name or number.
    public var network: String
    /// Its name, or its number in decimal where no peer of the network has that name.
    public var peer: String
    /// How the change is to be made; absent makes it for good.
    public var options: ChangeOptions?

    enum CodingKeys: Int, CodingKey {
        case network = 1
        case peer = 2
        case options = 30
    }

    /// Makes the message from its fields.
    public init(network: String, peer: String, options: ChangeOptions? = nil) {
        self.network = network
        self.peer = peer
        self.options = options
    }
}

/// Which peers to list.
public struct ListPeersRequest: Codable, Sendable, Equatable {
    /// The network, by name or number.
    public var network: String
    /// Where the last page ended, with the same order; absent for the first.
    public var cursor: String?
    /// The most peers to answer, 1…10000; absent is 2000.
    public var limit: Int64?
    /// Only peers with this text in their name, e-mail address, tags or addresses, or at the start of their public key.
    public var filter: String?
    /// True keeps the peers whose client has another configuration than it would get now.
    public var stale: Bool?
    /// What the list is sorted by: `id` (the default), `name`, `email`, `role`, `address`, `enabled`, `created_at`,
    /// `updated_at`, `expires_at`, `online`, `latest_handshake`, `received`, `sent` or `endpoint`.
    public var sort: String?
    /// Whether the greatest comes first; absent is false.
    public var descending: Bool?
    /// Only `client` or `site-gateway` peers.
    public var role: String?
    /// Only peers with this tag.
    public var tag: String?
    /// Only peers that are enabled, or only those that are not.
    public var enabled: Bool?
    /// Only peers that are online, or only those that are not.
    public var online: Bool?
    /// Only peers that are enabled and expire within so many seconds.
    public var expiringWithin: Int64?

    enum CodingKeys: Int, CodingKey {
        case network = 1
        case cursor = 2
        case limit = 3
        case filter = 4
        case stale = 5
        case sort = 10
        case descending = 11
        case role = 12
        case tag = 13
        case enabled = 14
        case online = 15
        case expiringWithin = 16
    }

    /// Makes the message from its fields.
    public init(
        network: String, cursor: String? = nil, limit: Int64? = nil, filter: String? = nil, stale: Bool? = nil,
        sort: String? = nil,
        descending: Bool? = nil, role: String? = nil, tag: String? = nil, enabled: Bool? = nil, online: Bool? = nil,
        expiringWithin: Int64? = nil
    ) {
        self.network = network
        self.cursor = cursor
        self.limit = limit
        self.filter = filter
        self.stale = stale
        self.sort = sort
        self.descending = descending
        self.role = role
        self.tag = tag
        self.enabled = enabled
        self.online = online
        self.expiringWithin = expiringWithin
    }
}

/// A page of peers.
public struct ListPeersReply: Codable, Sendable, Equatable {
    /// The peers in their order.
    public var peers: [PeerMessage]
    /// What to ask for the next page with; absent on the last.
    public var nextCursor: String?
    /// Why the peers bear no status, where the kernel could not be asked.
    public var statusMissing: String?

    enum CodingKeys: Int, CodingKey {
        case peers = 1
        case nextCursor = 2
        case statusMissing = 3
    }

    /// Makes the message from its fields.
    public init(peers: [PeerMessage], nextCursor: String? = nil, statusMissing: String? = nil) {
        self.peers = peers
        self.nextCursor = nextCursor
        self.statusMissing = statusMissing
    }

    /// Reads the page into room reserved for it: growing an array of large values copies all of them again and again.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        var list = try container.nestedUnkeyedContainer(forKey: .peers)
        var peers: [PeerMessage] = []
        // A page has at most 10,000 peers; a count beyond that is not believed before they are there.
        peers.reserveCapacity(min(list.count ?? 0, 10_000))
        while !list.isAtEnd { peers.append(try list.decode(PeerMessage.self)) }
        self.peers = peers
        nextCursor = try container.decodeIfPresent(String.self, forKey: .nextCursor)
        statusMissing = try container.decodeIfPresent(String.self, forKey: .statusMissing)
    }
}

/// What to create. Absent fields take their defaults.
public struct CreatePeerRequest: Codable, Sendable, Equatable {
    /// The network, by name or number.
    public var network: String
    /// The name.
    public var name: String
    /// Whose device it is.
    public var email: String?
    /// `client` (the default) or `site-gateway`.
    public var role: String?
    /// The networks behind a site gateway.
    public var siteNetworks: [String]?
    /// The IPv4 or IPv6 tunnel address; absent takes the lowest free one.
    public var address: String?
    /// The client's public key, where only the client has the private one; absent makes a key pair.
    public var publicKey: String?
    /// A preshared key to use, `none` for none; absent makes one.
    public var presharedKey: String?
    /// Where the hub first finds it.
    public var endpoint: String?
    /// Seconds between the client's keepalives; 0 is off; absent is 25.
    public var persistentKeepalive: Int64?
    /// Seconds between the hub's keepalives; absent is off.
    public var hubKeepalive: Int64?
    /// `full` or `split` where it differs from the network's.
    public var tunnel: String?
    /// Further blocks for a split tunnel.
    public var extraCIDRs: [String]?
    /// Name servers where they differ from the network's.
    public var dnsServers: [String]?
    /// The MTU where it differs from the network's.
    public var mtu: Int64?
    /// Free text.
    public var notes: String?
    /// Words to group peers by.
    public var tags: [String]?
    /// False creates the peer without admitting it.
    public var enabled: Bool?
    /// Who has the private key: `held`, `once` or `client`. Absent is `client` with a public key, else the network's.
    public var custody: String?
    /// Search domains where they differ from the network's.
    public var searchDomains: [String]?
    /// Blocks to keep out of the client's tunnel.
    public var excludedCIDRs: [String]?
    /// When it is switched off by itself, in seconds since 1970-01-01 UTC; absent for never.
    public var expiresAt: Int64?
    /// True answers the configuration as well. Needed for custody `once`: nobody gets to see it later.
    public var returnConfiguration: Bool?
    /// How much of what it sends passes, in kbit/s: 8…100000000, or 0 for no limit; absent is as the network has it.
    public var bandwidthUpKbps: Int64?
    /// How much of what is sent to it passes, in kbit/s: 8…100000000, or 0 for no limit; absent is as the network has it.
    public var bandwidthDownKbps: Int64?
    /// How the change is to be made; absent makes it for good.
    public var options: ChangeOptions?

    enum CodingKeys: Int, CodingKey {
        case network = 1
        case name = 2
        case email = 3
        case role = 4
        case siteNetworks = 5
        case address = 6
        case publicKey = 7
        case presharedKey = 8
        case endpoint = 9
        case persistentKeepalive = 10
        case hubKeepalive = 11
        case tunnel = 12
        case extraCIDRs = 13
        case dnsServers = 14
        case mtu = 15
        case notes = 16
        case tags = 17
        case enabled = 18
        case custody = 19
        case searchDomains = 20
        case excludedCIDRs = 21
        case expiresAt = 22
        case returnConfiguration = 23
        case options = 30
        case bandwidthUpKbps = 40
        case bandwidthDownKbps = 41
    }

    /// Makes the message from its fields.
    public init(
        network: String, name: String, email: String? = nil, role: String? = nil, siteNetworks: [String]? = nil,
        address: String? = nil, publicKey: String? = nil, presharedKey: String? = nil, endpoint: String? = nil,
        persistentKeepalive: Int64? = nil, hubKeepalive: Int64? = nil, tunnel: String? = nil,
        extraCIDRs: [String]? = nil, dnsServers: [String]? = nil, mtu: Int64? = nil, notes: String? = nil,
        tags: [String]? = nil, enabled: Bool? = nil, custody: String? = nil, searchDomains: [String]? = nil,
        excludedCIDRs: [String]? = nil, expiresAt: Int64? = nil, returnConfiguration: Bool? = nil,
        bandwidthUpKbps: Int64? = nil, bandwidthDownKbps: Int64? = nil, options: ChangeOptions? = nil
    ) {
        self.network = network
        self.name = name
        self.email = email
        self.role = role
        self.siteNetworks = siteNetworks
        self.address = address
        self.publicKey = publicKey
        self.presharedKey = presharedKey
        self.endpoint = endpoint
        self.persistentKeepalive = persistentKeepalive
        self.hubKeepalive = hubKeepalive
        self.tunnel = tunnel
        self.extraCIDRs = extraCIDRs
        self.dnsServers = dnsServers
        self.mtu = mtu
        self.notes = notes
        self.tags = tags
        self.enabled = enabled
        self.custody = custody
        self.searchDomains = searchDomains
        self.excludedCIDRs = excludedCIDRs
        self.expiresAt = expiresAt
        self.returnConfiguration = returnConfiguration
        self.bandwidthUpKbps = bandwidthUpKbps
        self.bandwidthDownKbps = bandwidthDownKbps
        self.options = options
    }
}

/// What to change. Absent fields stay as they are.
public struct UpdatePeerRequest: Codable, Sendable, Equatable {
    /// The network, by name or number.
    public var network: String
    /// The peer, by name or number.
    public var peer: String
    /// The new name.
    public var name: String?
    /// The new e-mail address; empty for none.
    public var email: String?
    /// The new role.
    public var role: String?
    /// The new networks behind it.
    public var siteNetworks: [String]?
    /// The new tunnel address.
    public var address: String?
    /// The new preshared key, `none` for none, `new` to make one.
    public var presharedKey: String?
    /// The new first endpoint.
    public var endpoint: String?
    /// The new interval of the client's keepalives.
    public var persistentKeepalive: Int64?
    /// The new interval of the hub's keepalives.
    public var hubKeepalive: Int64?
    /// `full` or `split`.
    public var tunnel: String?
    /// The new further blocks.
    public var extraCIDRs: [String]?
    /// The new name servers.
    public var dnsServers: [String]?
    /// The new MTU.
    public var mtu: Int64?
    /// The new notes.
    public var notes: String?
    /// The new tags.
    public var tags: [String]?
    /// Names of fields to set back to their default: `endpoint`, `tunnel`, `dns_servers`, `mtu`,
    /// `search_domains`, `expires_at`, `bandwidth_up_kbps`, `bandwidth_down_kbps`.
    public var clear: [String]?
    /// `once` forgets a private key that is held. Any other change of custody takes new keys.
    public var custody: String?
    /// The new search domains.
    public var searchDomains: [String]?
    /// The new blocks to keep out of the client's tunnel.
    public var excludedCIDRs: [String]?
    /// The new expiry, in seconds since 1970-01-01 UTC.
    public var expiresAt: Int64?
    /// How much of what it sends is to pass, in kbit/s: 8…100000000, or 0 for no limit.
    public var bandwidthUpKbps: Int64?
    /// How much of what is sent to it is to pass, in kbit/s: 8…100000000, or 0 for no limit.
    public var bandwidthDownKbps: Int64?
    /// How the change is to be made; absent makes it for good.
    public var options: ChangeOptions?

    enum CodingKeys: Int, CodingKey {
        case network = 1
        case peer = 2
        case name = 3
        case email = 4
        case role = 5
        case siteNetworks = 6
        case address = 7
        case presharedKey = 8
        case endpoint = 9
        case persistentKeepalive = 10
        case hubKeepalive = 11
        case tunnel = 12
        case extraCIDRs = 13
        case dnsServers = 14
        case mtu = 15
        case notes = 16
        case tags = 17
        case clear = 18
        case custody = 19
        case searchDomains = 20
        case excludedCIDRs = 21
        case expiresAt = 22
        case options = 30
        case bandwidthUpKbps = 40
        case bandwidthDownKbps = 41
    }

    /// Makes the message from its fields.
    public init(
        network: String, peer: String, name: String? = nil, email: String? = nil, role: String? = nil,
        siteNetworks: [String]? = nil, address: String? = nil, presharedKey: String? = nil, endpoint: String? = nil,
        persistentKeepalive: Int64? = nil, hubKeepalive: Int64? = nil, tunnel: String? = nil,
        extraCIDRs: [String]? = nil, dnsServers: [String]? = nil, mtu: Int64? = nil, notes: String? = nil,
        tags: [String]? = nil, clear: [String]? = nil, custody: String? = nil,
        searchDomains: [String]? = nil, excludedCIDRs: [String]? = nil, expiresAt: Int64? = nil,
        bandwidthUpKbps: Int64? = nil, bandwidthDownKbps: Int64? = nil, options: ChangeOptions? = nil
    ) {
        self.network = network
        self.peer = peer
        self.name = name
        self.email = email
        self.role = role
        self.siteNetworks = siteNetworks
        self.address = address
        self.presharedKey = presharedKey
        self.endpoint = endpoint
        self.persistentKeepalive = persistentKeepalive
        self.hubKeepalive = hubKeepalive
        self.tunnel = tunnel
        self.extraCIDRs = extraCIDRs
        self.dnsServers = dnsServers
        self.mtu = mtu
        self.notes = notes
        self.tags = tags
        self.clear = clear
        self.custody = custody
        self.searchDomains = searchDomains
        self.excludedCIDRs = excludedCIDRs
        self.expiresAt = expiresAt
        self.bandwidthUpKbps = bandwidthUpKbps
        self.bandwidthDownKbps = bandwidthDownKbps
        self.options = options
    }
}

/// One peer, after a change or not.
public struct PeerReply: Codable, Sendable, Equatable {
    /// The peer.
    public var peer: PeerMessage
    /// Whether the change is live; absent where nothing was changed.
    public var sync: SyncMessage?
    /// The configuration, where it was asked for and a change was made. It holds secrets: never log it.
    public var configuration: PeerConfigReply?
    /// What would bite in the configuration; absent where nothing was changed, or it cannot be made.
    public var findings: [ConfigurationFindingMessage]?
    /// What became of the options; absent where there were none.
    public var change: ChangeMessage?

    enum CodingKeys: Int, CodingKey {
        case peer = 1
        case sync = 2
        case configuration = 3
        case findings = 4
        case change = 30
    }

    /// Makes the message from its fields.
    public init(
        peer: PeerMessage, sync: SyncMessage? = nil, configuration: PeerConfigReply? = nil,
        findings: [ConfigurationFindingMessage]? = nil, change: ChangeMessage? = nil
    ) {
        self.peer = peer
        self.sync = sync
        self.configuration = configuration
        self.findings = findings
        self.change = change
    }
}

/// Peers to create together, all or none.
public struct CreatePeersRequest: Codable, Sendable, Equatable {
    /// The network, by name or number.
    public var network: String
    /// What to create, 1…5000. The network is that above, and the options those below: theirs stay empty and absent.
    public var peers: [CreatePeerRequest]
    /// How the change is to be made; absent makes it for good.
    public var options: ChangeOptions?

    enum CodingKeys: Int, CodingKey {
        case network = 1
        case peers = 2
        case options = 30
    }

    /// Makes the message from its fields.
    public init(network: String, peers: [CreatePeerRequest], options: ChangeOptions? = nil) {
        self.network = network
        self.peers = peers
        self.options = options
    }
}

/// Peers that were created together.
public struct PeersReply: Codable, Sendable, Equatable {
    /// The peers in the order in which they were asked for.
    public var peers: [PeerMessage]
    /// Whether the change is live; absent where nothing was changed.
    public var sync: SyncMessage?
    /// What became of the options; absent where there were none.
    public var change: ChangeMessage?

    enum CodingKeys: Int, CodingKey {
        case peers = 1
        case sync = 2
        case change = 30
    }

    /// Makes the message from its fields.
    public init(peers: [PeerMessage], sync: SyncMessage? = nil, change: ChangeMessage? = nil) {
        self.peers = peers
        self.sync = sync
        self.change = change
    }
}

/// A client's configuration. It holds the client's private key: never log it.
public struct PeerConfigReply: Codable, Sendable, Equatable {
    /// The text of the file, as `wg-quick` reads it.
    public var text: String
    /// The name to save it under, safe in every file system.
    public var fileName: String
    /// Whether the private key stands in it; without it a QR code would be of no use.
    public var holdsPrivateKey: Bool
    /// What the owner of the file should know before using it.
    public var warnings: [String]
    /// The same with a code each, for programs.
    public var findings: [ConfigurationFindingMessage]?

    enum CodingKeys: Int, CodingKey {
        case text = 1
        case fileName = 2
        case holdsPrivateKey = 3
        case warnings = 4
        case findings = 5
    }

    /// Makes the message from its fields.
    public init(
        text: String, fileName: String, holdsPrivateKey: Bool, warnings: [String],
        findings: [ConfigurationFindingMessage]? = nil
    ) {
        self.text = text
        self.fileName = fileName
        self.holdsPrivateKey = holdsPrivateKey
        self.warnings = warnings
        self.findings = findings
    }
}

/// Something about a configuration that would bite whoever uses it.
public struct ConfigurationFindingMessage: Codable, Sendable, Equatable {
    /// What kind it is: a stable name.
    public var code: String
    /// One sentence for a person.
    public var message: String

    enum CodingKeys: Int, CodingKey {
        case code = 1
        case message = 2
    }

    /// Makes the message from its fields.
    public init(code: String, message: String) {
        self.code = code
        self.message = message
    }
}

/// What becomes of a peer's keys.
public struct RotateKeysRequest: Codable, Sendable, Equatable {
    /// The network, by name or number.
    public var network: String
    /// The peer, by name or number.
    public var peer: String
    /// `rotate` (the default) makes new keys; `activate` lets prepared ones take their place now; `cancel` drops them.
    public var action: String?
    /// The new public key, where the client made the pair.
    public var publicKey: String?
    /// A preshared key to use, `keep` for the present one, `new` for one even where there is none, `none` for none; absent
    /// makes a new one where there is one.
    public var presharedKey: String?
    /// Who has the new private key: `held`, `once` or `client`; absent leaves that as it is.
    public var custody: String?
    /// Seconds, 1 to 604,800, until the new keys take the place of the present ones; absent does it now.
    public var overlap: Int64?
    /// True answers the new configuration as well. Needed for custody `once`: nobody gets to see it later.
    public var returnConfiguration: Bool?
    /// How the change is to be made; absent makes it for good.
    public var options: ChangeOptions?

    enum CodingKeys: Int, CodingKey {
        case network = 1
        case peer = 2
        case action = 3
        case publicKey = 4
        case presharedKey = 5
        case custody = 6
        case overlap = 7
        case returnConfiguration = 8
        case options = 30
    }

    /// Makes the message from its fields.
    public init(
        network: String, peer: String, action: String? = nil, publicKey: String? = nil, presharedKey: String? = nil,
        custody: String? = nil, overlap: Int64? = nil, returnConfiguration: Bool? = nil, options: ChangeOptions? = nil
    ) {
        self.network = network
        self.peer = peer
        self.action = action
        self.publicKey = publicKey
        self.presharedKey = presharedKey
        self.custody = custody
        self.overlap = overlap
        self.returnConfiguration = returnConfiguration
        self.options = options
    }
}
