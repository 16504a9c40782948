public import WGPilotCore

/// Which peers of a network a list shows, and in which order.
public struct PeerQuery: Hashable, Sendable {
    /// What a list is sorted by; peers of which it is the same come in the order of creation.
    public enum Order: String, CaseIterable, Sendable {
        /// The order of creation.
        case id
        /// The name, by Unicode code points.
        case name
        /// The e-mail address, by Unicode code points.
        case email
        /// The role: clients first.
        case role
        /// The tunnel address.
        case address
        /// Whether the peer is switched on: those that are not come first.
        case enabled
        /// When it was created.
        case createdAt = "created_at"
        /// When it was last changed.
        case updatedAt = "updated_at"
        /// When it expires: those that never do come last.
        case expiresAt = "expires_at"
        /// Its own limit of what it sends: those that have none of their own come first, those without any limit last.
        case bandwidthUp = "bandwidth_up_kbps"
        /// The same of what is sent to it.
        case bandwidthDown = "bandwidth_down_kbps"
    }

    /// The most peers in one page.
    public static let maximumLimit = 10_000

    /// What the list is sorted by.
    public var order: Order
    /// Whether the greatest comes first.
    public var isDescending = false
    /// Where to go on: ``PeerPage/nextCursor`` of the page before, made with the same order; nil starts.
    public var cursor: String?
    /// How many peers at most, 1…``maximumLimit``.
    public var limit: Int
    /// Keeps the peers that have this text, in any case, in their name, e-mail address, tags or tunnel addresses, and
    /// those whose public key begins with it; nil or empty keeps all.
    public var filter: String?
    /// Keeps the peers of this role; nil keeps all.
    public var role: PeerRole?
    /// Keeps the peers that have this very tag; nil keeps all.
    public var tag: String?
    /// Keeps the peers that are switched on, or those that are not; nil keeps all.
    public var enabled: Bool?
    /// Keeps the peers that are switched on and expire before this time, in seconds since 1970-01-01 UTC; nil keeps all.
    public var expiringBefore: Int64?
    /// Keeps the peers that have one of these keys; nil keeps all. So a list can be of those that the kernel tells
    /// something of.
    public var onlyKeys: Set<PublicKey>?
    /// Keeps the peers that have none of these keys.
    public var exceptKeys: Set<PublicKey> = []
    /// Keeps the peers whose client has another configuration than it would get now with this host, where the network
    /// names none; nil keeps all.
    public var staleWithHost: EndpointHost?

    /// Makes it from its parts.
    public init(
        order: Order = .id, cursor: String? = nil, limit: Int = 1000, filter: String? = nil,
        staleWithHost: EndpointHost? = nil
    ) {
        self.order = order
        self.cursor = cursor
        self.limit = limit
        self.filter = filter
        self.staleWithHost = staleWithHost
    }

    /// Where a page starts that goes on after this peer; for whoever passes on less of a page than there is.
    public func cursor(after peer: Peer) -> String {
        PeerCursor(id: peer.id, value: value(of: peer)).text
    }

    /// What the peer is sorted by, as ``PeerCursor`` has it.
    private func value(of peer: Peer) -> String {
        switch order {
        case .id: ""
        case .name: peer.settings.name.description
        case .email: peer.settings.email
        case .role: peer.settings.role.rawValue
        case .address: String(peer.hostNumber)
        case .enabled: peer.settings.enabled ? "1" : "0"
        case .createdAt: String(peer.createdAt)
        case .updatedAt: String(peer.updatedAt)
        case .expiresAt: String(peer.settings.expiresAt ?? .max)
        case .bandwidthUp: String(Self.rank(ofLimit: peer.settings.bandwidthUp))
        case .bandwidthDown: String(Self.rank(ofLimit: peer.settings.bandwidthDown))
        }
    }

    /// What a limit is sorted by: -1 for the network's, and what is above all others for none.
    private static func rank(ofLimit kbps: Int64?) -> Int64 {
        guard let kbps else { return -1 }
        return kbps == BandwidthLimit.unlimited ? .max : kbps
    }
}
