/// A network: what was chosen for it, and how it stands.
public struct NetworkMessage: Codable, Sendable, Equatable {
    /// The number of the network.
    public var id: Int64
    /// The name, unique on the hub.
    public var name: String
    /// The interface.
    public var interface: String
    /// `gateway`, `site-to-site` or `hub-routed`.
    public var mode: String
    /// The IPv4 block.
    public var subnet: String
    /// The IPv6 block, where the network is dual stack.
    public var subnet6: String?
    /// The UDP port.
    public var listenPort: UInt16
    /// The hub's public key in this network.
    public var publicKey: String
    /// The name servers that clients are told to use.
    public var dnsServers: [String]
    /// The search domains that clients are told to use.
    public var searchDomains: [String]
    /// The MTU, where one is set.
    public var mtu: Int?
    /// The host that clients are given, where it differs from the hub's.
    public var endpointHost: String?
    /// `full` or `split`.
    public var tunnel: String
    /// Further blocks that clients send into a split tunnel.
    public var customCIDRs: [String]
    /// Whether the network is meant to be up.
    public var enabled: Bool
    /// When it was created, in seconds since 1970-01-01 UTC.
    public var createdAt: Int64
    /// When it was last changed, in seconds since 1970-01-01 UTC.
    public var updatedAt: Int64
    /// The hub's own addresses, with prefix lengths.
    public var hubAddresses: [String]
    /// How many peers it has.
    public var peers: Int64
    /// Whether the interface is up in the kernel; absent where the kernel was not asked.
    public var isUp: Bool?
    /// Whether what leaves for the outside bears the hub's address.
    public var nat: Bool?
    /// Whether the peers may reach one another.
    public var peersMayTalk: Bool?
    /// `repair` or `report`: what is done when somebody else changes the interface.
    public var driftPolicy: String?
    /// The MTU that the interface has; absent where it is not there.
    public var linkMTU: Int64?
    /// Who has the private keys of new peers: `held`, `once` or `client`.
    public var custody: String?
    /// What the interface carried since it was made; absent where it is not there, or the kernel was not asked.
    public var statistics: LinkStatisticsMessage?
    /// How much of what a peer sends passes, in kbit/s, where it has no limit of its own; absent is no limit.
    public var bandwidthUpKbps: Int64?
    /// How much of what is sent to a peer passes, in kbit/s, where it has no limit of its own; absent is no limit.
    public var bandwidthDownKbps: Int64?

    enum CodingKeys: Int, CodingKey {
        case id = 1
        case name = 2
        case interface = 3
        case mode = 4
        case subnet = 5
        case subnet6 = 6
        case listenPort = 7
        case publicKey = 8
        case dnsServers = 9
        case searchDomains = 10
        case mtu = 11
        case endpointHost = 12
        case tunnel = 13
        case customCIDRs = 14
        case enabled = 15
        case createdAt = 16
        case updatedAt = 17
        case hubAddresses = 18
        case peers = 19
        case isUp = 20
        case nat = 21
        case peersMayTalk = 22
        case driftPolicy = 23
        case linkMTU = 24
        case custody = 25
        case statistics = 40
        case bandwidthUpKbps = 41
        case bandwidthDownKbps = 42
    }

    /// Makes the message from its fields.
    public init(
        id: Int64, name: String, interface: String, mode: String, subnet: String, subnet6: String? = nil,
        listenPort: UInt16, publicKey: String, dnsServers: [String], searchDomains: [String], mtu: Int? = nil,
        endpointHost: String? = nil, tunnel: String, customCIDRs: [String], enabled: Bool, createdAt: Int64,
        updatedAt: Int64, hubAddresses: [String], peers: Int64, isUp: Bool? = nil, nat: Bool? = nil,
        peersMayTalk: Bool? = nil, driftPolicy: String? = nil, linkMTU: Int64? = nil, custody: String? = nil,
        bandwidthUpKbps: Int64? = nil, bandwidthDownKbps: Int64? = nil,
        statistics: LinkStatisticsMessage? = nil
    ) {
        self.id = id
        self.name = name
        self.interface = interface
        self.mode = mode
        self.subnet = subnet
        self.subnet6 = subnet6
        self.listenPort = listenPort
        self.publicKey = publicKey
        self.dnsServers = dnsServers
        self.searchDomains = searchDomains
        self.mtu = mtu
        self.endpointHost = endpointHost
        self.tunnel = tunnel
        self.customCIDRs = customCIDRs
        self.enabled = enabled
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.hubAddresses = hubAddresses
        self.peers = peers
        self.isUp = isUp
        self.nat = nat
        self.peersMayTalk = peersMayTalk
        self.driftPolicy = driftPolicy
        self.linkMTU = linkMTU
        self.custody = custody
        self.statistics = statistics
        self.bandwidthUpKbps = bandwidthUpKbps
        self.bandwidthDownKbps = bandwidthDownKbps
    }
}

/// All networks.
public struct ListNetworksReply: Codable, Sendable, Equatable {
    /// The networks by number.
    public var networks: [NetworkMessage]

    enum CodingKeys: Int, CodingKey {
        case networks = 1
    }

    /// Makes the message from its fields.
    public init(networks: [NetworkMessage]) {
        self.networks = networks
    }
}

/// Names one network.
public struct NetworkReference: Codable, Sendable, Equatable {
    /// Its name, or its number in decimal where no network has that name.
    public var network: String
    /// How the change is to be made; absent makes it for good.
    public var options: ChangeOptions?

    enum CodingKeys: Int, CodingKey {
        case network = 1
        case options = 30
    }

    /// Makes the message from its fields.
    public init(network: String, options: ChangeOptions? = nil) {
        self.network = network
        self.options = options
    }
}

/// What to create. Absent fields take their defaults.
public struct CreateNetworkRequest: Codable, Sendable, Equatable {
    /// The name.
    public var name: String
    /// The mode.
    public var mode: String
    /// The IPv4 block.
    public var subnet: String
    /// The IPv6 block; `random` makes a unique local one (RFC 4193).
    public var subnet6: String?
    /// The UDP port; absent takes the next free one from 51820 on.
    public var listenPort: Int64?
    /// Name servers for clients.
    public var dnsServers: [String]?
    /// Search domains for clients.
    public var searchDomains: [String]?
    /// The MTU.
    public var mtu: Int64?
    /// The host that clients are given.
    public var endpointHost: String?
    /// `full` (the default) or `split`.
    public var tunnel: String?
    /// Further blocks for split tunnels.
    public var customCIDRs: [String]?
    /// False creates the network without bringing it up.
    public var enabled: Bool?
    /// Whether what leaves for the outside bears the hub's address; absent takes the mode's default.
    public var nat: Bool?
    /// Whether the peers may reach one another; absent takes the mode's default.
    public var peersMayTalk: Bool?
    /// `repair` (the default) or `report`.
    public var driftPolicy: String?
    /// Who has the private keys of new peers: `held` (the default), `once` or `client`.
    public var custody: String?
    /// How much of what a peer sends passes, in kbit/s, where it has no limit of its own: 8…100000000, or 0 for no limit.
    public var bandwidthUpKbps: Int64?
    /// How much of what is sent to a peer passes, in kbit/s, where it has no limit of its own: 8…100000000, or 0 for no limit.
    public var bandwidthDownKbps: Int64?
    /// How the change is to be made; absent makes it for good.
    public var options: ChangeOptions?

    enum CodingKeys: Int, CodingKey {
        case name = 1
        case mode = 2
        case subnet = 3
        case subnet6 = 4
        case listenPort = 5
        case dnsServers = 6
        case searchDomains = 7
        case mtu = 8
        case endpointHost = 9
        case tunnel = 10
        case customCIDRs = 11
        case enabled = 12
        case nat = 13
        case peersMayTalk = 14
        case driftPolicy = 15
        case custody = 16
        case options = 30
        case bandwidthUpKbps = 40
        case bandwidthDownKbps = 41
    }

    /// Makes the message from its fields.
    public init(
        name: String, mode: String, subnet: String, subnet6: String? = nil, listenPort: Int64? = nil,
        dnsServers: [String]? = nil, searchDomains: [String]? = nil, mtu: Int64? = nil, endpointHost: String? = nil,
        tunnel: String? = nil, customCIDRs: [String]? = nil, enabled: Bool? = nil, nat: Bool? = nil,
        peersMayTalk: Bool? = nil, driftPolicy: String? = nil, custody: String? = nil, bandwidthUpKbps: Int64? = nil,
        bandwidthDownKbps: Int64? = nil, options: ChangeOptions? = nil
    ) {
        self.name = name
        self.mode = mode
        self.subnet = subnet
        self.subnet6 = subnet6
        self.listenPort = listenPort
        self.dnsServers = dnsServers
        self.searchDomains = searchDomains
        self.mtu = mtu
        self.endpointHost = endpointHost
        self.tunnel = tunnel
        self.customCIDRs = customCIDRs
        self.enabled = enabled
        self.nat = nat
        self.peersMayTalk = peersMayTalk
        self.driftPolicy = driftPolicy
        self.custody = custody
        self.bandwidthUpKbps = bandwidthUpKbps
        self.bandwidthDownKbps = bandwidthDownKbps
        self.options = options
    }
}

/// What to change. Absent fields stay as they are.
public struct UpdateNetworkRequest: Codable, Sendable, Equatable {
    /// The network, by name or number.
    public var network: String
    /// The new name.
    public var name: String?
    /// The new mode.
    public var mode: String?
    /// The new IPv4 block; only while there is no peer.
    public var subnet: String?
    /// The new IPv6 block; only while there is no peer.
    public var subnet6: String?
    /// The new UDP port.
    public var listenPort: Int64?
    /// The new name servers.
    public var dnsServers: [String]?
    /// The new search domains.
    public var searchDomains: [String]?
    /// The new MTU.
    public var mtu: Int64?
    /// The new host for clients.
    public var endpointHost: String?
    /// `full` or `split`.
    public var tunnel: String?
    /// The new further blocks.
    public var customCIDRs: [String]?
    /// Names of fields to set back to their default: `mtu`, `endpoint_host`, `subnet6`.
    public var clear: [String]?
    /// Whether what leaves for the outside bears the hub's address.
    public var nat: Bool?
    /// Whether the peers may reach one another.
    public var peersMayTalk: Bool?
    /// `repair` or `report`.
    public var driftPolicy: String?
    /// Who has the private keys of new peers: `held`, `once` or `client`.
    public var custody: String?
    /// How much of what a peer sends passes, in kbit/s, where it has no limit of its own: 8…100000000, or 0 for no limit.
    public var bandwidthUpKbps: Int64?
    /// How much of what is sent to a peer passes, in kbit/s, where it has no limit of its own: 8…100000000, or 0 for no limit.
    public var bandwidthDownKbps: Int64?
    /// How the change is to be made; absent makes it for good.
    public var options: ChangeOptions?

    enum CodingKeys: Int, CodingKey {
        case network = 1
        case name = 2
        case mode = 3
        case subnet = 4
        case subnet6 = 5
        case listenPort = 6
        case dnsServers = 7
        case searchDomains = 8
        case mtu = 9
        case endpointHost = 10
        case tunnel = 11
        case customCIDRs = 12
        case clear = 13
        case nat = 14
        case peersMayTalk = 15
        case driftPolicy = 16
        case custody = 17
        case options = 30
        case bandwidthUpKbps = 40
        case bandwidthDownKbps = 41
    }

    /// Makes the message from its fields.
    public init(
        network: String, name: String? = nil, mode: String? = nil, subnet: String? = nil, subnet6: String? = nil,
        listenPort: Int64? = nil, dnsServers: [String]? = nil, searchDomains: [String]? = nil, mtu: Int64? = nil,
        endpointHost: String? = nil, tunnel: String? = nil, customCIDRs: [String]? = nil, clear: [String]? = nil,
        nat: Bool? = nil, peersMayTalk: Bool? = nil, driftPolicy: String? = nil, custody: String? = nil,
        bandwidthUpKbps: Int64? = nil, bandwidthDownKbps: Int64? = nil, options: ChangeOptions? = nil
    ) {
        self.network = network
        self.name = name
        self.mode = mode
        self.subnet = subnet
        self.subnet6 = subnet6
        self.listenPort = listenPort
        self.dnsServers = dnsServers
        self.searchDomains = searchDomains
        self.mtu = mtu
        self.endpointHost = endpointHost
        self.tunnel = tunnel
        self.customCIDRs = customCIDRs
        self.clear = clear
        self.nat = nat
        self.peersMayTalk = peersMayTalk
        self.driftPolicy = driftPolicy
        self.custody = custody
        self.bandwidthUpKbps = bandwidthUpKbps
        self.bandwidthDownKbps = bandwidthDownKbps
        self.options = options
    }
}

/// One network, after a change or not.
public struct NetworkReply: Codable, Sendable, Equatable {
    /// The network.
    public var network: NetworkMessage
    /// Whether the change is live; absent where nothing was changed.
    public var sync: SyncMessage?
    /// What became of the options; absent where there were none.
    public var change: ChangeMessage?

    enum CodingKeys: Int, CodingKey {
        case network = 1
        case sync = 2
        case change = 30
    }

    /// Makes the message from its fields.
    public init(network: NetworkMessage, sync: SyncMessage? = nil, change: ChangeMessage? = nil) {
        self.network = network
        self.sync = sync
        self.change = change
    }
}

/// That something is gone.
public struct DeleteReply: Codable, Sendable, Equatable {
    /// Whether it is gone from the kernel too.
    public var sync: SyncMessage
    /// What goes with it, one line each: the access rules that are a peer's own or about it.
    public var alsoRemoved: [String]?
    /// What became of the options; absent where there were none.
    public var change: ChangeMessage?

    enum CodingKeys: Int, CodingKey {
        case sync = 1
        case alsoRemoved = 2
        case change = 30
    }

    /// Makes the message from its fields.
    public init(sync: SyncMessage, alsoRemoved: [String]? = nil, change: ChangeMessage? = nil) {
        self.sync = sync
        self.alsoRemoved = alsoRemoved
        self.change = change
    }
}

/// Whose keys to make anew.
public struct RegenerateKeysRequest: Codable, Sendable, Equatable {
    /// The network, by name or number.
    public var network: String
    /// True makes the keys of the peers anew as well: the pairs that are held here, and all preshared keys.
    public var peers: Bool?
    /// How the change is to be made; absent makes it for good.
    public var options: ChangeOptions?

    enum CodingKeys: Int, CodingKey {
        case network = 1
        case peers = 2
        case options = 30
    }

    /// Makes the message from its fields.
    public init(network: String, peers: Bool? = nil, options: ChangeOptions? = nil) {
        self.network = network
        self.peers = peers
        self.options = options
    }
}

/// A network whose hub has a new key.
public struct RegenerateKeysReply: Codable, Sendable, Equatable {
    /// The network.
    public var network: NetworkMessage
    /// How many peers got a new key pair.
    public var rotatedPeers: Int64
    /// How many peers kept their key pair, for the hub does not hold it.
    public var keptPeers: Int64
    /// Whether the change is live; absent where nothing was changed.
    public var sync: SyncMessage?
    /// What became of the options; absent where there were none.
    public var change: ChangeMessage?

    enum CodingKeys: Int, CodingKey {
        case network = 1
        case rotatedPeers = 2
        case keptPeers = 3
        case sync = 4
        case change = 30
    }

    /// Makes the message from its fields.
    public init(
        network: NetworkMessage, rotatedPeers: Int64, keptPeers: Int64, sync: SyncMessage? = nil,
        change: ChangeMessage? = nil
    ) {
        self.network = network
        self.rotatedPeers = rotatedPeers
        self.keptPeers = keptPeers
        self.sync = sync
        self.change = change
    }
}
