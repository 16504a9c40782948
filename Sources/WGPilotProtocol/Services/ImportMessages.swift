/// What to import: a running interface, a wg-quick file, or both.
public struct ImportNetworkRequest: Codable, Sendable, Equatable {
    /// The name of the network to be.
    public var name: String
    /// The running WireGuard interface; it is adopted as it is, and keeps its sessions.
    public var interface: String?
    /// The text of a wg-quick file; names of peers come from its comments.
    public var file: String?
    /// The mode; absent guesses.
    public var mode: String?
    /// The host that clients are given.
    public var endpointHost: String?
    /// How the change is to be made; absent makes it for good.
    public var options: ChangeOptions?

    enum CodingKeys: Int, CodingKey {
        case name = 1
        case interface = 2
        case file = 3
        case mode = 4
        case endpointHost = 5
        case options = 30
    }

    /// Makes the message from its fields.
    public init(
        name: String, interface: String? = nil, file: String? = nil, mode: String? = nil, endpointHost: String? = nil,
        options: ChangeOptions? = nil
    ) {
        self.name = name
        self.interface = interface
        self.file = file
        self.mode = mode
        self.endpointHost = endpointHost
        self.options = options
    }
}

/// What an import made, or would make.
public struct ImportNetworkReply: Codable, Sendable, Equatable {
    /// The network.
    public var network: NetworkMessage
    /// The names of its peers.
    public var peers: [String]
    /// What was not taken over, and why.
    public var notes: [String]
    /// Whether it is live.
    public var sync: SyncMessage?
    /// What became of the options; absent where there were none.
    public var change: ChangeMessage?

    enum CodingKeys: Int, CodingKey {
        case network = 1
        case peers = 2
        case notes = 3
        case sync = 4
        case change = 30
    }

    /// Makes the message from its fields.
    public init(
        network: NetworkMessage, peers: [String], notes: [String], sync: SyncMessage? = nil,
        change: ChangeMessage? = nil
    ) {
        self.network = network
        self.peers = peers
        self.notes = notes
        self.sync = sync
        self.change = change
    }
}

/// A network as a wg-quick file; holds secrets.
public struct ExportNetworkReply: Codable, Sendable, Equatable {
    /// The file.
    public var text: String
    /// A name for it.
    public var fileName: String

    enum CodingKeys: Int, CodingKey {
        case text = 1
        case fileName = 2
    }

    /// Makes the message from its fields.
    public init(text: String, fileName: String) {
        self.text = text
        self.fileName = fileName
    }
}
