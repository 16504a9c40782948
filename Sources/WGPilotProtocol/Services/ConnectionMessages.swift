/// Whose connections are asked for.
public struct ConnectionsRequest: Codable, Sendable, Equatable {
    /// The network, by name or number.
    public var network: String
    /// One peer of it alone, by name or number; absent for all of the network.
    public var peer: String?
    /// The most connections that are told, 0 to 100,000: those with most bytes. Absent is 1000. The summary always counts
    /// all, and 0 asks for it alone.
    public var limit: Int64?

    enum CodingKeys: Int, CodingKey {
        case network = 1
        case peer = 2
        case limit = 3
    }

    /// Makes the message from its fields.
    public init(network: String, peer: String? = nil, limit: Int64? = nil) {
        self.network = network
        self.peer = peer
        self.limit = limit
    }
}

/// A piece of the answer: the summary first, then the connections.
public struct ConnectionsEvent: Codable, Sendable, Equatable {
    /// What they all amount to; in the first piece alone.
    public var summary: ConnectionSummaryMessage?
    /// Some of the connections.
    public var connections: [ConnectionMessage]

    enum CodingKeys: Int, CodingKey {
        case summary = 1
        case connections = 2
    }

    /// Makes the message from its fields.
    public init(summary: ConnectionSummaryMessage? = nil, connections: [ConnectionMessage] = []) {
        self.summary = summary
        self.connections = connections
    }
}

/// What one way of a connection is.
public struct FlowMessage: Codable, Sendable, Equatable {
    /// Where its packets come from.
    public var source: String
    /// The port that they come from; absent for a protocol without ports.
    public var sourcePort: UInt16?
    /// Where its packets go.
    public var destination: String
    /// The port that they go to; absent for a protocol without ports.
    public var destinationPort: UInt16?
    /// How many packets there were; absent where the kernel does not count.
    public var packets: UInt64?
    /// How many bytes these had; absent where the kernel does not count.
    public var bytes: UInt64?

    enum CodingKeys: Int, CodingKey {
        case source = 1
        case sourcePort = 2
        case destination = 3
        case destinationPort = 4
        case packets = 5
        case bytes = 6
    }

    /// Makes the message from its fields.
    public init(
        source: String, sourcePort: UInt16? = nil, destination: String, destinationPort: UInt16? = nil,
        packets: UInt64? = nil, bytes: UInt64? = nil
    ) {
        self.source = source
        self.sourcePort = sourcePort
        self.destination = destination
        self.destinationPort = destinationPort
        self.packets = packets
        self.bytes = bytes
    }
}

/// A connection through the hub.
public struct ConnectionMessage: Codable, Sendable, Equatable {
    /// The kernel's number for it; another may have it later.
    public var id: UInt32
    /// `tcp`, `udp`, `icmp`, `icmpv6` and so on; the number of a protocol that is seldom met.
    public var transport: String
    /// The state of a TCP connection, as conntrack(8) names it, in lower case: `established`.
    public var state: String?
    /// As the first packet had it.
    public var original: FlowMessage
    /// What comes back: not the reverse of `original` where addresses are translated.
    public var reply: FlowMessage
    /// The peer that began it, where it is one of those asked for.
    public var initiatorPeer: String?
    /// The peer that was reached, where it is one of those asked for.
    public var responderPeer: String?
    /// Whether anything came back.
    public var replied: Bool
    /// Whether the kernel takes it for established, and keeps it when the table gets full.
    public var assured: Bool
    /// Seconds until it is forgotten unless more comes.
    public var timeout: UInt32?
    /// When it began, in seconds since 1970-01-01 UTC; absent where the kernel does not note it.
    public var startedAt: Int64?
    /// The mark that rules gave it; absent for 0.
    public var mark: UInt32?
    /// The zone of tracking; absent for 0.
    public var zone: UInt16?
    /// The type of an ICMP message.
    public var icmpType: UInt8?
    /// Its code.
    public var icmpCode: UInt8?
    /// Its identifier.
    public var icmpID: UInt16?

    enum CodingKeys: Int, CodingKey {
        case id = 1
        case transport = 2
        case state = 3
        case original = 4
        case reply = 5
        case initiatorPeer = 6
        case responderPeer = 7
        case replied = 8
        case assured = 9
        case timeout = 10
        case startedAt = 11
        case mark = 12
        case zone = 13
        case icmpType = 14
        case icmpCode = 15
        case icmpID = 16
    }

    /// Makes the message from its fields.
    public init(
        id: UInt32, transport: String, state: String? = nil, original: FlowMessage, reply: FlowMessage,
        initiatorPeer: String? = nil, responderPeer: String? = nil, replied: Bool, assured: Bool,
        timeout: UInt32? = nil, startedAt: Int64? = nil, mark: UInt32? = nil, zone: UInt16? = nil,
        icmpType: UInt8? = nil, icmpCode: UInt8? = nil, icmpID: UInt16? = nil
    ) {
        self.id = id
        self.transport = transport
        self.state = state
        self.original = original
        self.reply = reply
        self.initiatorPeer = initiatorPeer
        self.responderPeer = responderPeer
        self.replied = replied
        self.assured = assured
        self.timeout = timeout
        self.startedAt = startedAt
        self.mark = mark
        self.zone = zone
        self.icmpType = icmpType
        self.icmpCode = icmpCode
        self.icmpID = icmpID
    }
}

/// How many connections there are of something.
public struct ConnectionTotalMessage: Codable, Sendable, Equatable {
    /// Of what: `all`, the name of a protocol, an address, or the name of a peer.
    public var name: String
    /// How many connections.
    public var count: Int64
    /// Bytes from those who began them.
    public var sent: UInt64
    /// Bytes back to them.
    public var received: UInt64

    enum CodingKeys: Int, CodingKey {
        case name = 1
        case count = 2
        case sent = 3
        case received = 4
    }

    /// Makes the message from its fields.
    public init(name: String, count: Int64, sent: UInt64, received: UInt64) {
        self.name = name
        self.count = count
        self.sent = sent
        self.received = received
    }
}

/// What the connections amount to, those included that are beyond the limit.
public struct ConnectionSummaryMessage: Codable, Sendable, Equatable {
    /// All of them.
    public var all: ConnectionTotalMessage
    /// By protocol, those with most connections first.
    public var protocols: [ConnectionTotalMessage]
    /// The ten destinations with most bytes, or where nothing is counted with most connections.
    public var destinations: [ConnectionTotalMessage]
    /// How many connections follow.
    public var shown: Int64
    /// Whether the kernel counts bytes and packets of connections that begin now.
    public var accounting: Bool
    /// What there is to say of that: that it was switched on just now, or why it cannot be.
    public var accountingNote: String?
    /// The ten peers whose connections have most bytes, or where nothing is counted most connections, by name: one between
    /// two of them counts for both. Absent where one peer is asked for.
    public var peers: [ConnectionTotalMessage]?

    enum CodingKeys: Int, CodingKey {
        case all = 1
        case protocols = 2
        case destinations = 3
        case shown = 4
        case accounting = 5
        case accountingNote = 6
        case peers = 7
    }

    /// Makes the message from its fields.
    public init(
        all: ConnectionTotalMessage, protocols: [ConnectionTotalMessage], destinations: [ConnectionTotalMessage],
        shown: Int64, accounting: Bool, accountingNote: String? = nil, peers: [ConnectionTotalMessage]? = nil
    ) {
        self.all = all
        self.protocols = protocols
        self.destinations = destinations
        self.shown = shown
        self.accounting = accounting
        self.accountingNote = accountingNote
        self.peers = peers
    }
}

/// Whose connections are to end.
public struct FlushConnectionsRequest: Codable, Sendable, Equatable {
    /// The network, by name or number.
    public var network: String
    /// One peer of it alone, by name or number; absent for all of the network.
    public var peer: String?
    /// True answers how many there are, and ends none.
    public var dryRun: Bool?

    enum CodingKeys: Int, CodingKey {
        case network = 1
        case peer = 2
        case dryRun = 3
    }

    /// Makes the message from its fields.
    public init(network: String, peer: String? = nil, dryRun: Bool? = nil) {
        self.network = network
        self.peer = peer
        self.dryRun = dryRun
    }
}

/// What became of them.
public struct FlushConnectionsReply: Codable, Sendable, Equatable {
    /// How many were ended, or with a dry run would be.
    public var count: Int64
    /// Whether none was ended.
    public var dryRun: Bool

    enum CodingKeys: Int, CodingKey {
        case count = 1
        case dryRun = 2
    }

    /// Makes the message from its fields.
    public init(count: Int64, dryRun: Bool) {
        self.count = count
        self.dryRun = dryRun
    }
}
