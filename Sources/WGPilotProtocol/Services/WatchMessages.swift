/// What to watch, and from where on.
public struct WatchRequest: Codable, Sendable, Equatable {
    /// One network alone, by name or number; absent for all.
    public var network: String?
    /// The epoch of the last event that was received; absent for a snapshot.
    public var epoch: String?
    /// The sequence number of the last event that was received; absent for a snapshot.
    public var after: UInt64?

    enum CodingKeys: Int, CodingKey {
        case network = 1
        case epoch = 2
        case after = 3
    }

    /// Makes the message from its fields.
    public init(network: String? = nil, epoch: String? = nil, after: UInt64? = nil) {
        self.network = network
        self.epoch = epoch
        self.after = after
    }
}

/// A piece of a snapshot, or what changed.
public struct WatchEvent: Codable, Sendable, Equatable {
    /// The sequence number to resume from once this event was received.
    public var sequence: UInt64
    /// Within which sequence numbers count: they begin anew when the daemon starts.
    public var epoch: String
    /// `snapshot`: a piece of how everything is, to be taken in place of what was known before the first piece.
    /// `live`: the snapshot is whole, or was not needed; changes follow. `change`: what changed.
    public var kind: String
    /// Networks as they are now: in a change, those that were made or altered.
    public var networks: [NetworkMessage]
    /// Peers as they are now, with their status: in a change, those that were made or altered.
    public var peers: [PeerMessage]
    /// The numbers of networks that are gone.
    public var removedNetworks: [Int64]
    /// The numbers of peers that are gone.
    public var removedPeers: [Int64]
    /// What the kernel tells anew of peers.
    public var statuses: [WatchStatusMessage]
    /// Lists that changed and must be read again: `bridges`, `rules`.
    public var lists: [String]

    enum CodingKeys: Int, CodingKey {
        case sequence = 1
        case epoch = 2
        case kind = 3
        case networks = 4
        case peers = 5
        case removedNetworks = 6
        case removedPeers = 7
        case statuses = 8
        case lists = 9
    }

    /// Makes the message from its fields.
    public init(
        sequence: UInt64, epoch: String, kind: String, networks: [NetworkMessage] = [], peers: [PeerMessage] = [],
        removedNetworks: [Int64] = [], removedPeers: [Int64] = [], statuses: [WatchStatusMessage] = [],
        lists: [String] = []
    ) {
        self.sequence = sequence
        self.epoch = epoch
        self.kind = kind
        self.networks = networks
        self.peers = peers
        self.removedNetworks = removedNetworks
        self.removedPeers = removedPeers
        self.statuses = statuses
        self.lists = lists
    }

    /// Reads the fields; lists that are left out when empty are empty when absent.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        sequence = try container.decode(UInt64.self, forKey: .sequence)
        epoch = try container.decode(String.self, forKey: .epoch)
        kind = try container.decode(String.self, forKey: .kind)
        networks = try container.decodeIfPresent([NetworkMessage].self, forKey: .networks) ?? []
        peers = try container.decodeIfPresent([PeerMessage].self, forKey: .peers) ?? []
        removedNetworks = try container.decodeIfPresent([Int64].self, forKey: .removedNetworks) ?? []
        removedPeers = try container.decodeIfPresent([Int64].self, forKey: .removedPeers) ?? []
        statuses = try container.decodeIfPresent([WatchStatusMessage].self, forKey: .statuses) ?? []
        lists = try container.decodeIfPresent([String].self, forKey: .lists) ?? []
    }

    /// Writes the fields in order, without empty lists: most events have one that is not.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(sequence, forKey: .sequence)
        try container.encode(epoch, forKey: .epoch)
        try container.encode(kind, forKey: .kind)
        if !networks.isEmpty { try container.encode(networks, forKey: .networks) }
        if !peers.isEmpty { try container.encode(peers, forKey: .peers) }
        if !removedNetworks.isEmpty { try container.encode(removedNetworks, forKey: .removedNetworks) }
        if !removedPeers.isEmpty { try container.encode(removedPeers, forKey: .removedPeers) }
        if !statuses.isEmpty { try container.encode(statuses, forKey: .statuses) }
        if !lists.isEmpty { try container.encode(lists, forKey: .lists) }
    }
}

/// What the kernel tells anew of one peer.
public struct WatchStatusMessage: Codable, Sendable, Equatable {
    /// The number of the network.
    public var networkID: Int64
    /// The number of the peer.
    public var peerID: Int64
    /// The status; absent where the kernel does not have the peer any more.
    public var status: PeerStatusMessage?

    enum CodingKeys: Int, CodingKey {
        case networkID = 1
        case peerID = 2
        case status = 3
    }

    /// Makes the message from its fields.
    public init(networkID: Int64, peerID: Int64, status: PeerStatusMessage? = nil) {
        self.networkID = networkID
        self.peerID = peerID
        self.status = status
    }
}
